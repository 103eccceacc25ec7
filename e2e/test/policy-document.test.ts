import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { clientProfiles, domainNames, profileNames, roleNames, roles, type ScopeName, scopesOf } from '@backroom/access'
import { catshop } from '@backroom/catshop/service'
import { service as claims } from '@backroom/claims/service'
import { service as oms } from '@backroom/oms/service'
import { service as payments } from '@backroom/payments/service'
import { service as rma } from '@backroom/rma/service'
import { service as tms } from '@backroom/tms/service'
import { service as wms } from '@backroom/wms/service'
import { readPolicy } from '../src/policy/policy-document.ts'

const services = { wms, oms, tms, rma, claims, payments, catshop }

describe('docs/policy.md', async () => {
  const policy = await readPolicy()

  it('has a row for every scope that people may have, in the domain that it belongs to', () => {
    for (const domain of domainNames) {
      const documented = policy.scopes.filter((row) => row.domain === domain && row.scope !== 'public')
      const working = documented.filter(({ isRestricted }) => !isRestricted).map(({ scope }) => scope)
      const restricted = documented.filter(({ isRestricted }) => isRestricted).map(({ scope }) => scope)
      assert.deepEqual(working.sort(), scopesOf(domain, 'working').sort())
      assert.deepEqual(restricted.sort(), scopesOf(domain, 'restricted').sort())
    }
  })

  it('says of every role and profile what the registry says', () => {
    for (const { scope, roles: named, profiles } of policy.scopes.filter(({ scope }) => scope !== 'public')) {
      const holds = (scopes: readonly ScopeName[]) => scopes.some((own) => own === scope)
      assert.deepEqual(named.toSorted(), roleNames.filter((role) => holds(roles[role])).sort(), scope)
      const ofProfile = profileNames.filter((profile) => holds(clientProfiles[profile].scopes))
      assert.deepEqual(profiles.toSorted(), ofProfile.sort(), scope)
    }
    const limits = profileNames.map((profile) => {
      const { highestTier, perDay } = clientProfiles[profile]
      return { profile, highestTier, perDay }
    })
    assert.deepEqual(policy.profiles, limits)
  })

  it('names every tool once, under its scope, with an approval where it may need one', () => {
    for (const [domain, { tools }] of Object.entries(services)) {
      const own = policy.scopes.filter((row) => row.domain === domain)
      const documented = own.flatMap(({ scope, tools }) =>
        tools.map(({ name, highest }) => `${name} ${scope} ${highest === 'A0' ? 'free' : 'approved'}`),
      )
      const registered = tools
        .filter(({ serviceOnly }) => !serviceOnly)
        .map(({ name, scope, approval }) => `${name} ${scope} ${approval ? 'approved' : 'free'}`)
      assert.deepEqual(documented.sort(), registered.sort(), domain)
    }
  })

  it('names the tools that only servers of the fleet are offered', () => {
    const registered = Object.values(services).flatMap(({ tools }) => tools.filter(({ serviceOnly }) => serviceOnly))
    assert.deepEqual(policy.serviceTools.toSorted(), registered.map(({ name }) => name).sort())
  })
})
