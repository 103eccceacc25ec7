import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { resourceUrl } from '@backroom/access'
import { launchBrowser, startFleet, type TestFleet } from '@backroom/fleet-testing'
import { decodeJwt } from 'jose'
import type { Browser } from 'playwright-core'
import { connectSdkV2 } from '../src/clients/sdk-v2.ts'
import { emptyMemory } from '../src/oauth-memory.ts'
import { visitor } from '../src/sign-in.ts'

const RELEASE = 'payments:release_hold'

describe('releasing a hold through SDK 2', () => {
  let fleet: TestFleet
  let browser: Browser
  before(async () => {
    fleet = await startFleet({ only: ['gateway', 'auth', 'oms', 'tms', 'payments', 'psp'] })
    browser = await launchBrowser()
  })
  after(() => Promise.all([browser?.close(), fleet?.stop()]))

  const connectAs = async (account: string) => {
    const memory = await emptyMemory(visitor(browser, { account, tick: [RELEASE] }))
    const session = await connectSdkV2(resourceUrl(fleet.publicUrl, 'payments'), memory, 'auto')
    return { memory, session, close: () => Promise.all([session.close(), memory.close()]) }
  }
  const wish = { hold_id: 'hld_unknown', reason: 'All is well', idempotency_key: 'step-up' }

  it('asks the person once more, for this one scope, and holds it for five minutes', async () => {
    const { memory, session, close } = await connectAs('finance@example.com')
    try {
      assert.ok(!(await session.toolNames()).includes('release_hold'), 'hidden until the scope is granted')
      assert.equal(memory.visits, 1)
      const refused = await session.call('release_hold', wish)
      assert.equal(memory.visits, 2, 'the 403 named the scope, and the client asked for it')
      assert.equal(refused.structured.code, 'not_found', refused.text)
      assert.ok((await session.toolNames()).includes('release_hold'))
      const stepped = memory.tokens()
      const { iat = 0, exp = 0, scope } = decodeJwt(stepped?.access_token ?? '')
      assert.equal(exp - iat, 300)
      assert.ok(String(scope).split(' ').includes('payments:refund'), 'what was granted before stays')
      const answer = await fetch(`${fleet.publicUrl}/auth/token`, {
        method: 'POST',
        body: new URLSearchParams({
          grant_type: 'refresh_token',
          client_id: memory.clientInformation()?.client_id ?? '',
          refresh_token: stepped?.refresh_token ?? '',
        }),
      })
      const refreshed = (await answer.json()) as { scope: string }
      assert.ok(refreshed.scope.includes('payments:refund') && !refreshed.scope.includes(RELEASE), refreshed.scope)
    } finally {
      await close()
    }
  })

  it('gets nowhere for a role that may not', async () => {
    const { memory, session, close } = await connectAs('support@example.com')
    try {
      await assert.rejects(session.call('release_hold', wish))
      assert.equal(memory.visits, 3, 'asked once for the call and once for its one repetition, no more')
      assert.ok(!(await session.toolNames()).includes('release_hold'))
    } finally {
      await close()
    }
  })
})
