import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { type DomainName, domainNames } from '@backroom/access'
import {
  createClient,
  endSession,
  freezeClient,
  listGrants,
  listSessions,
  lockAccount,
  revokeGrant,
} from '@backroom/auth/administration'
import type { AuthTables } from '@backroom/auth/tables'
import { type Connection, connect } from '@backroom/database'
import { signInEverywhere, startFleet, type TestFleet } from '@backroom/fleet-testing'
import { plainCalls } from '../src/plain-calls.ts'
import { until } from '../src/until.ts'

const REDIRECT = 'http://127.0.0.1/callback'

describe('what an administrator ends', () => {
  let fleet: TestFleet
  let auth: Connection<AuthTables>
  before(async () => {
    fleet = await startFleet({ environment: { RATE_LIMIT_FACTOR: '1000' } })
    auth = connect<AuthTables>(fleet.databaseUrl('auth'), { schema: 'auth' })
  })
  after(async () => {
    await auth?.close()
    await fleet?.stop()
  })

  const statusOf = async (domain: DomainName, tool: string, token = '') =>
    (await plainCalls(fleet.publicUrl).tool(domain, token, tool)).status
  const connected = async () => {
    const wish = { name: 'Agent', profile: 'support-agent', redirectUris: [REDIRECT], confidential: false } as const
    const { clientId } = await createClient(auth.db, wish, 'test')
    const tokens = await signInEverywhere(fleet, { account: 'support', clientId, redirectUri: REDIRECT })
    return { clientId, tokens }
  }
  const sub = 'staff-support'

  const endings: Record<string, (clientId: string) => Promise<unknown>> = {
    'a grant': async (clientId) => {
      for (const { gid } of await listGrants(auth.db, { clientId })) await revokeGrant(auth.db, gid, 'test')
    },
    'a session': async () => {
      for (const { uid } of await listSessions(auth.db, sub)) await endSession(auth.db, uid, 'test')
    },
    'a client': (clientId) => freezeClient(auth.db, [], { clientId, reason: 'test' }, 'test'),
    'a person': () => lockAccount(auth.db, 'support@example.com', 'test'),
  }
  for (const [what, end] of Object.entries(endings)) {
    it(`${what}: payments refuse the very next change, and every server every call soon`, async () => {
      const { clientId, tokens } = await connected()
      for (const domain of domainNames) assert.equal(await statusOf(domain, 'list_approvals', tokens[domain]), 200)
      assert.equal(await statusOf('payments', 'refund_payment', tokens.payments), 400, 'arguments are missing')
      await end(clientId)
      assert.equal(await statusOf('payments', 'refund_payment', tokens.payments), 401)
      for (const domain of domainNames)
        await until(`${domain} refuses`, async () => (await statusOf(domain, 'list_approvals', tokens[domain])) === 401)
    })
  }
})
