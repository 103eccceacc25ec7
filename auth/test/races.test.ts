import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import pg from 'pg'
import { openApp } from './app-session.ts'
import { type AuthUnderTest, assertion, startAuth } from './auth-under-test.ts'

/** `RACE_CODES=200` runs the race of a release. */
const CODES = Number(process.env.RACE_CODES ?? 25)
const AT_ONCE = 20

interface Tokens {
  refresh_token: string
}

describe('races for codes and refresh tokens', () => {
  let auth: AuthUnderTest
  before(async () => {
    auth = await startAuth()
  })
  after(() => auth.stop())

  it('a code redeemed twenty times at once gives tokens exactly once', async () => {
    const app = await openApp(auth)
    for (let round = 0; round < CODES; round++) {
      const code = await app.code('wms:read')
      const answers = await Promise.all(Array.from({ length: AT_ONCE }, () => app.redeem(code)))
      const statuses = answers.map(({ status }) => status)
      assert.equal(statuses.filter((status) => status === 200).length, 1, `round ${round}: ${statuses}`)
      assert.equal(statuses.filter((status) => status === 400).length, AT_ONCE - 1, `round ${round}: ${statuses}`)
    }
  })

  it('five refreshes at once all go on living', async () => {
    const app = await openApp(auth)
    const first = (await (await app.redeem(await app.code('wms:read'))).json()) as Tokens
    const answers = await Promise.all(Array.from({ length: 5 }, () => app.refresh(first.refresh_token)))
    assert.deepEqual(
      answers.map(({ status }) => status),
      [200, 200, 200, 200, 200],
    )
    const chains = (await Promise.all(answers.map((answer) => answer.json()))) as Tokens[]
    assert.equal(new Set(chains.map(({ refresh_token }) => refresh_token)).size, 5)
    for (const chain of chains) assert.equal((await app.refresh(chain.refresh_token)).status, 200)
  })

  it('an old refresh token used after its successor was rotated ends the whole grant', async () => {
    const app = await openApp(auth)
    const first = (await (await app.redeem(await app.code('wms:read'))).json()) as Tokens
    const second = (await (await app.refresh(first.refresh_token)).json()) as Tokens
    const third = (await (await app.refresh(second.refresh_token)).json()) as Tokens
    assert.equal((await app.refresh(first.refresh_token)).status, 400, 'theft is suspected')
    assert.equal((await app.refresh(third.refresh_token)).status, 400, 'the grant is gone')
  })

  it('a refresh token used again after the window ends the grant, and servers hear of it', async () => {
    const app = await openApp(auth)
    const first = (await (await app.redeem(await app.code('wms:read'))).json()) as Tokens & { access_token: string }
    const second = (await (await app.refresh(first.refresh_token)).json()) as Tokens
    await asOwner(`update auth.provider_record set consumed_at = consumed_at - interval '1 minute'`)
    assert.equal((await app.refresh(first.refresh_token)).status, 400)
    assert.equal((await app.refresh(second.refresh_token)).status, 400)
    const authorization = `Bearer ${await assertion(auth.serviceKey, { sub: 'catshop', aud: `${auth.issuer}/internal` })}`
    const list = await fetch(`${auth.internalUrl}/internal/revocations`, { headers: { authorization } })
    const { entries } = (await list.json()) as { entries: { kind: string }[] }
    assert.ok(entries.some(({ kind }) => kind === 'gid'))
  })

  async function asOwner(statement: string): Promise<void> {
    const client = new pg.Client({ connectionString: auth.database.ownerUrl })
    await client.connect()
    await client.query(statement)
    await client.end()
  }
})
