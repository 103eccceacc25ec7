import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type DomainName, domainNames, type ProfileName, profileNames, roleNames } from '@backroom/access'
import { createClient } from '@backroom/auth/administration'
import { demoAccounts } from '@backroom/auth/demo-accounts'
import type { AuthTables } from '@backroom/auth/tables'
import { connect } from '@backroom/database'
import { signInEverywhere, startFleet, type TestFleet } from '@backroom/fleet-testing'
import { decodeJwt } from 'jose'
import { type PlainCalls, plainCalls } from '../src/plain-calls.ts'
import { type PolicyDocument, readPolicy, toolsFor } from '../src/policy/policy-document.ts'

const REDIRECT = 'http://127.0.0.1/callback'
const UNLIMITED = {
  RATE_LIMIT_PER_MINUTE: '0',
  CALLS_PER_MINUTE: '1000000',
  RATE_LIMIT_FACTOR: '10000',
  LOG_LEVEL: 'warn',
}
const AT_A_TIME = 4

/** A client of each profile, and one that has none. */
type Client = { profile: ProfileName | undefined; clientId: string }

describe('every tool, through a client of every profile and of none, as every role', () => {
  let fleet: TestFleet
  let calls: PlainCalls
  let policy: PolicyDocument
  let clients: Client[]
  before(async () => {
    policy = await readPolicy()
    fleet = await startFleet({ environment: UNLIMITED })
    calls = plainCalls(fleet.publicUrl)
    const { db, close } = connect<AuthTables>(fleet.databaseUrl('auth'), { schema: 'auth' })
    clients = [{ profile: undefined, clientId: 'probe' }]
    for (const profile of profileNames) {
      const wish = { name: profile, profile, redirectUris: [REDIRECT], confidential: false }
      clients.push({ profile, clientId: (await createClient(db, wish, 'test')).clientId })
    }
    await close()
  })
  after(() => fleet.stop())

  const everyTool = (domain: DomainName) => [
    ...new Set(roleNames.flatMap((role) => toolsFor(policy, domain, role, undefined))),
  ]

  /** How each tool answers to rights, asked once: servers see of a client what its token carries, and nothing else. */
  const answers = new Map<string, Promise<Map<string, number>>>()
  const answersTo = (domain: DomainName, role: string, token: string) => {
    const rights = [domain, role, ...String(decodeJwt(token).scope).split(' ').sort()].join(' ')
    const asked = answers.get(rights) ?? callEveryTool(domain, token)
    answers.set(rights, asked)
    return asked
  }
  const callEveryTool = async (domain: DomainName, token: string) => {
    const statuses = new Map<string, number>()
    for (const name of everyTool(domain)) {
      // No argument has this name, so that a call that goes through is refused before it does anything.
      const { status } = await calls.mcp(domain, token, 'tools/call', { name, arguments: { 'no such argument': 1 } })
      statuses.set(name, status)
    }
    return statuses
  }

  /** What was seen to differ from the document for one person, client and server; undefined: no token at all. */
  const compare = async (domain: DomainName, role: string, { profile }: Client, token: string | undefined) => {
    const expected = toolsFor(policy, domain, role, profile).sort()
    const cell = `${domain}, ${role}, ${profile ?? 'no profile'}`
    if (!token) return expected.length > 0 ? [`${cell}: no token`] : []
    const listed = await calls.mcp(domain, token, 'tools/list')
    const shown: string[] = listed.body.result.tools.map(({ name }: { name: string }) => name).sort()
    const differences = shown.join() === expected.join() ? [] : [`${cell}: shown ${shown}, expected ${expected}`]
    for (const [name, status] of await answersTo(domain, role, token)) {
      if (status !== (expected.includes(name) ? 200 : 403)) differences.push(`${cell}: ${name} answered ${status}`)
    }
    return differences
  }

  it('goes through exactly where docs/policy.md says so', async () => {
    const cells = roleNames.flatMap((role) => clients.map((client) => ({ role, client })))
    const differences: string[] = []
    let compared = 0
    const work = async () => {
      for (let cell = cells.shift(); cell; cell = cells.shift()) {
        const { role, client } = cell
        const account = demoAccounts.find((one) => one.role === role)?.email ?? ''
        const tokens = await signInEverywhere(fleet, { account, clientId: client.clientId, redirectUri: REDIRECT })
        for (const domain of domainNames) {
          differences.push(...(await compare(domain, role, client, tokens[domain])))
          compared += everyTool(domain).length
        }
      }
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, work))
    assert.deepEqual(differences, [])
    console.log(`${compared} cells of tool, role and client agree; ${answers.size} different rights`)
  })
})
