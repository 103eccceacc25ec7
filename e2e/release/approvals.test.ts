import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launchBrowser, startFleet, type TestFleet } from '@backroom/fleet-testing'
import type { Browser } from 'playwright-core'
import { openPerson, type Person } from '../src/approvals/person.ts'
import { proposers } from '../src/approvals/proposers.ts'
import { type Answer, plainCalls } from '../src/plain-calls.ts'

const SKU = 'CAT-1004'
const WAREHOUSE = 'WH-2'
const RELEASE = 'payments:read payments:hold payments:release_hold'

describe('people decide what agents ask for', () => {
  let fleet: TestFleet
  let browser: Browser
  let first: Person
  let second: Person
  before(async () => {
    ;[fleet, browser] = await Promise.all([startFleet({ environment: { RATE_LIMIT_FACTOR: '100' } }), launchBrowser()])
    ;[first, second] = await Promise.all([
      openPerson(browser, 'approver1'),
      openPerson(browser, 'approver2', { javaScriptEnabled: false }),
    ])
  })
  after(async () => {
    await browser?.close()
    await fleet?.stop()
  })

  const tokens = new Map<string, Promise<string>>()
  const tokenOf = (account: string, domain: 'wms' | 'payments', scope?: string) => {
    const name = `${account} ${domain}`
    const token = tokens.get(name) ?? fleet.token(account, domain, scope)
    tokens.set(name, token)
    return token
  }
  const warehouse = () => tokenOf('warehouse', 'wms')
  const finance = () => tokenOf('finance', 'payments', RELEASE)
  const rest = async (domain: 'wms' | 'payments', tool: string, args: object, key?: string): Promise<Answer> =>
    plainCalls(fleet.publicUrl).tool(
      domain,
      await (domain === 'wms' ? warehouse() : finance()),
      tool,
      args as Record<string, unknown>,
      key,
    )
  const onHand = async (): Promise<number> => {
    const { body } = await rest('wms', 'get_stock', { skus: [SKU], warehouse: WAREHOUSE })
    return body.items[0].on_hand
  }
  const newHold = async (kind: string): Promise<{ hold_id: string; version: number }> => {
    const wish = { target: 'customer', target_id: 'cust-009', kind, reason: 'A test', blocks: ['payout'] }
    return (await rest('payments', 'place_hold', wish, crypto.randomUUID())).body
  }
  const holdOf = async (hold_id: string) => (await rest('payments', 'get_hold', { hold_id })).body
  const adjustment = (delta: number) => ({
    sku: SKU,
    warehouse: WAREHOUSE,
    delta,
    reason_code: 'count_correction',
    idempotency_key: crypto.randomUUID(),
  })
  const release = (hold_id: string) => ({ hold_id, reason: 'Looked at', idempotency_key: crypto.randomUUID() })
  /** A request that waits; the answer tells where it is decided. */
  const waiting = async (domain: 'wms' | 'payments', tool: string, args: object) => {
    const { status, body } = await rest(domain, tool, args)
    assert.equal(status, 202, JSON.stringify(body))
    return body as { approval_id: string; approve_url: string }
  }

  for (const [name, propose] of Object.entries(proposers)) {
    describe(name, () => {
      test('A1: the person who asked confirms', async () => {
        const before = await onHand()
        const requester = await openPerson(browser, 'warehouse')
        const wish = { domain: 'wms' as const, token: await warehouse(), tool: 'adjust_stock', args: adjustment(1) }
        const { isError, structured } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.equal(await onHand(), before)
          assert.equal(await requester.decide(url, 'approve'), 'Approved and done')
        })
        assert.deepEqual([isError, structured.balance_after], [false, before + 1], JSON.stringify(structured))
        assert.equal(await onHand(), before + 1)
        const again = await rest('wms', 'adjust_stock', wish.args)
        assert.deepEqual([again.status, again.body.movement_id], [200, structured.movement_id])
        assert.equal(await onHand(), before + 1, 'once')
        await requester.leave()
      })

      test('A2: another person agrees', async () => {
        const before = await onHand()
        const wish = { domain: 'wms' as const, token: await warehouse(), tool: 'adjust_stock', args: adjustment(60) }
        const { isError } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.equal(await first.decide(url, 'approve', 'Counted twice'), 'Approved and done')
        })
        assert.equal(isError, false)
        assert.equal(await onHand(), before + 60)
      })

      test('A3: two other persons agree, one of them without JavaScript', async () => {
        const { hold_id } = await newHold('fraud_review')
        const wish = {
          domain: 'payments' as const,
          token: await finance(),
          tool: 'release_hold',
          args: release(hold_id),
        }
        const { isError, structured } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.match(await first.decide(url, 'approve'), /1 of 2 agreed/)
          assert.equal((await holdOf(hold_id)).status, 'active')
          assert.equal(await second.decide(url, 'approve'), 'Approved and done')
        })
        assert.equal(isError, false, JSON.stringify(structured))
        assert.equal((await holdOf(hold_id)).status, 'released')
      })

      test('a no is told to the agent, and nothing happens', async () => {
        const { hold_id } = await newHold('manual_review')
        const wish = {
          domain: 'payments' as const,
          token: await finance(),
          tool: 'release_hold',
          args: release(hold_id),
        }
        const { isError } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.equal(await first.decide(url, 'reject', 'Not convinced'), 'Rejected. Nothing was done')
        })
        assert.equal(isError, true)
        assert.equal((await holdOf(hold_id)).status, 'active')
      })
    })
  }

  test('whoever asked sees the state and cannot decide, not even by a forged form', async () => {
    const { hold_id } = await newHold('compliance')
    const { approve_url } = await waiting('payments', 'release_hold', release(hold_id))
    const requester = await openPerson(browser, 'finance')
    await requester.visit(approve_url)
    assert.match(await requester.state(), /Waits for a decision/)
    assert.equal(await requester.page.getByRole('button', { name: 'Approve' }).count(), 0)
    const forged = await requester.page.context().request.post(approve_url, {
      form: { verdict: 'approve', seen: 'x' },
      headers: { origin: fleet.publicUrl },
    })
    assert.equal(forged.status(), 403)
    assert.equal((await holdOf(hold_id)).status, 'active')
    await requester.leave()
  })

  test('one person agrees once', async () => {
    const { hold_id } = await newHold('compliance')
    const { approve_url } = await waiting('payments', 'release_hold', release(hold_id))
    await first.decide(approve_url, 'approve')
    await first.visit(approve_url)
    assert.equal(await first.page.getByRole('button', { name: 'Approve' }).count(), 0)
    assert.match((await first.page.locator('main').textContent()) ?? '', /needs another person/)
    assert.equal((await holdOf(hold_id)).status, 'active')
  })

  test('what has changed meanwhile is asked for anew', async () => {
    const { hold_id } = await newHold('manual_review')
    const { approve_url } = await waiting('payments', 'release_hold', release(hold_id))
    const other = await waiting('payments', 'release_hold', { ...release(hold_id), reason: 'The same again' })
    await first.decide(other.approve_url, 'approve')
    assert.match(await second.decide(approve_url, 'approve'), /has changed meanwhile|could not be done/)
  })

  test('a request of one domain cannot be decided as one of another', async () => {
    const { hold_id } = await newHold('manual_review')
    const { approve_url } = await waiting('payments', 'release_hold', release(hold_id))
    await first.visit(approve_url.replace('/payments/', '/wms/'))
    assert.match((await first.page.locator('main').textContent()) ?? '', /nothing to decide here/)
  })

  test('no token opens the pages or the way between auth and a domain', async () => {
    const { approval_id, approve_url } = await waiting('wms', 'adjust_stock', adjustment(50))
    const authorization = `Bearer ${await warehouse()}`
    const page = await fetch(approve_url, { headers: { authorization }, redirect: 'manual' })
    assert.deepEqual([page.status, page.headers.get('location')?.split('?')[0]], [303, '/auth/sign-in'])
    const inside = await fetch(`${fleet.publicUrl}/internal/approvals/${approval_id}/decision`, { method: 'POST' })
    assert.equal(inside.status, 404)
  })

  test('the list of an approver holds what waits in every domain, and an open page follows it', async () => {
    await first.visit(`${fleet.publicUrl}/auth/approvals`)
    const { approval_id, approve_url } = await waiting('wms', 'adjust_stock', adjustment(61))
    await first.page.locator(`a[href$="${approval_id}"]`).waitFor()
    await second.decide(approve_url, 'reject')
    await first.page.locator(`a[href$="${approval_id}"]`).waitFor({ state: 'detached' })
  })
})
