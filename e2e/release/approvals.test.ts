import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { launchBrowser, startFleet, type TestFleet } from '@backroom/fleet-testing'
import type { Browser } from 'playwright-core'
import { showApp } from '../src/app-host.ts'
import { adjustment, type Desk, openDesk, release, yes } from '../src/approvals/desk.ts'
import { openPerson, type Person } from '../src/approvals/person.ts'
import { proposers } from '../src/approvals/proposers.ts'
import { deliver, signedDecision } from '../src/approvals/signed-decision.ts'
import { resourceText, toolResult } from '../src/mcp-session.ts'
import { plainCalls } from '../src/plain-calls.ts'

describe('people decide what agents ask for', () => {
  let fleet: TestFleet
  let desk: Desk
  let browser: Browser
  let first: Person
  let second: Person
  before(async () => {
    ;[fleet, browser] = await Promise.all([startFleet({ environment: { RATE_LIMIT_FACTOR: '100' } }), launchBrowser()])
    desk = openDesk(fleet)
    ;[first, second] = await Promise.all([
      openPerson(browser, 'approver1'),
      openPerson(browser, 'approver2', { javaScriptEnabled: false }),
    ])
  })
  after(async () => {
    await browser?.close()
    await fleet?.stop()
  })

  for (const [name, propose] of Object.entries(proposers)) {
    describe(name, () => {
      test('A1: the person who asked confirms', async () => {
        const before = await desk.onHand()
        const requester = await openPerson(browser, 'warehouse')
        const wish = {
          domain: 'wms' as const,
          token: await desk.warehouse(),
          tool: 'adjust_stock',
          args: adjustment(1),
        }
        const { isError, structured } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.equal(await desk.onHand(), before)
          assert.equal(await requester.decide(url, 'approve'), 'Approved and done')
        })
        assert.deepEqual([isError, structured.balance_after], [false, before + 1], JSON.stringify(structured))
        assert.equal(await desk.onHand(), before + 1)
        const again = await desk.rest('wms', 'adjust_stock', wish.args)
        assert.deepEqual([again.status, again.body.movement_id], [200, structured.movement_id])
        assert.equal(await desk.onHand(), before + 1, 'once')
        await requester.leave()
      })

      test('A2: another person agrees', async () => {
        const before = await desk.onHand()
        const wish = {
          domain: 'wms' as const,
          token: await desk.warehouse(),
          tool: 'adjust_stock',
          args: adjustment(60),
        }
        const { isError } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.equal(await first.decide(url, 'approve', 'Counted twice'), 'Approved and done')
        })
        assert.equal(isError, false)
        assert.equal(await desk.onHand(), before + 60)
      })

      test('A3: two other persons agree, one of them without JavaScript', async () => {
        const { hold_id } = await desk.newHold('fraud_review')
        const wish = {
          domain: 'payments' as const,
          token: await desk.finance(),
          tool: 'release_hold',
          args: release(hold_id),
        }
        const { isError, structured } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.match(await first.decide(url, 'approve'), /1 of 2 agreed/)
          assert.equal((await desk.holdOf(hold_id)).status, 'active')
          assert.equal(await second.decide(url, 'approve'), 'Approved and done')
        })
        assert.equal(isError, false, JSON.stringify(structured))
        assert.equal((await desk.holdOf(hold_id)).status, 'released')
      })

      test('a no is told to the agent, and nothing happens', async () => {
        const { hold_id } = await desk.newHold('manual_review')
        const wish = {
          domain: 'payments' as const,
          token: await desk.finance(),
          tool: 'release_hold',
          args: release(hold_id),
        }
        const { isError } = await propose(fleet.publicUrl, wish, async (url) => {
          assert.equal(await first.decide(url, 'reject', 'Not convinced'), 'Rejected. Nothing was done')
        })
        assert.equal(isError, true)
        assert.equal((await desk.holdOf(hold_id)).status, 'active')
      })
    })
  }

  test('whoever asked sees the state and cannot decide, not even by a forged form', async () => {
    const { hold_id } = await desk.newHold('compliance')
    const { approve_url } = await desk.waiting('payments', 'release_hold', release(hold_id))
    const requester = await openPerson(browser, 'finance')
    await requester.visit(approve_url)
    assert.match(await requester.state(), /Waits for a decision/)
    assert.equal(await requester.page.getByRole('button', { name: 'Approve' }).count(), 0)
    const forged = await requester.page.context().request.post(approve_url, {
      form: { verdict: 'approve', seen: 'x' },
      headers: { origin: fleet.publicUrl },
    })
    assert.equal(forged.status(), 403)
    assert.equal((await desk.holdOf(hold_id)).status, 'active')
    await requester.leave()
  })

  test('one person agrees once', async () => {
    const { hold_id } = await desk.newHold('compliance')
    const { approve_url } = await desk.waiting('payments', 'release_hold', release(hold_id))
    await first.decide(approve_url, 'approve')
    await first.visit(approve_url)
    assert.equal(await first.page.getByRole('button', { name: 'Approve' }).count(), 0)
    assert.match((await first.page.locator('main').textContent()) ?? '', /needs another person/)
    assert.equal((await desk.holdOf(hold_id)).status, 'active')
  })

  test('what has changed meanwhile is asked for anew', async () => {
    const { hold_id } = await desk.newHold('manual_review')
    const { approval_id, approve_url } = await desk.waiting('payments', 'release_hold', release(hold_id))
    await desk.inDatabase('payments', 'update hold set version = version + 1 where id = $1', [hold_id])
    assert.match(await first.decide(approve_url, 'approve'), /has changed meanwhile/)
    assert.equal((await desk.approvalOf('payments', approval_id)).status, 'superseded')
    assert.equal((await desk.holdOf(hold_id)).status, 'active')
  })

  test('a policy that has changed meanwhile makes the agreement void', async () => {
    const { hold_id } = await desk.newHold('manual_review')
    const { approval_id, approve_url } = await desk.waiting('payments', 'release_hold', release(hold_id))
    const tier = (kind: string) =>
      desk.inDatabase('payments', `update approval_rule set tier = $1 where tool = 'release_hold' and kind = '*'`, [
        kind,
      ])
    await tier('A3')
    await first.decide(approve_url, 'approve')
    await tier('A2')
    assert.equal((await desk.approvalOf('payments', approval_id)).status, 'superseded')
    assert.equal((await desk.holdOf(hold_id)).status, 'active')
  })

  test('nobody can decide when the time is over', async () => {
    const { hold_id } = await desk.newHold('manual_review')
    const { approval_id, approve_url } = await desk.waiting('payments', 'release_hold', release(hold_id))
    const expire = `update approval_request set status = 'expired', ended_at = now() where id = $1`
    await desk.inDatabase('payments', expire, [approval_id])
    await first.visit(approve_url)
    assert.equal(await first.page.getByRole('button', { name: 'Approve' }).count(), 0)
    assert.equal((await desk.approvalOf('payments', approval_id)).status, 'expired')
    const refused = await desk.decideBySignature(approval_id)
    assert.equal(refused?.status, 409)
    assert.equal((await desk.holdOf(hold_id)).status, 'active')
  })

  test('a decision counts once, for what was seen, in the domain that keeps the request', async () => {
    const { hold_id } = await desk.newHold('fraud_review')
    const { approval_id } = await desk.waiting('payments', 'release_hold', release(hold_id))
    const shown = await desk.approvalOf('payments', approval_id)
    const other = await desk.decideBySignature(approval_id, { ...shown, arguments_digest: 'f'.repeat(64) })
    assert.deepEqual([other?.status, other?.body.code], [409, 'conflict'])
    const elsewhere = await desk.decideBySignature(approval_id, shown, { forDomain: 'wms' })
    assert.equal(elsewhere?.status, 401)
    const own = await desk.decideBySignature(approval_id, shown, { approver: 'staff-finance' })
    assert.deepEqual([own?.status, own?.body.code], [403, 'policy_denied'])
    const statement = await signedDecision(fleet, 'payments', shown, yes)
    assert.equal((await deliver(fleet, 'payments', approval_id, statement))?.status, 200)
    const replayed = await deliver(fleet, 'payments', approval_id, statement)
    assert.ok(replayed && replayed.status >= 400, JSON.stringify(replayed))
    const twice = await desk.decideBySignature(approval_id, shown)
    assert.deepEqual([twice?.status, twice?.body.code], [403, 'policy_denied'])
    const { status, decisions } = await desk.approvalOf('payments', approval_id)
    assert.deepEqual([status, decisions.length], ['pending', 1])
    assert.equal((await desk.holdOf(hold_id)).status, 'active')
  })

  test('a request of one domain cannot be decided as one of another', async () => {
    const { hold_id } = await desk.newHold('manual_review')
    const { approve_url } = await desk.waiting('payments', 'release_hold', release(hold_id))
    await first.visit(approve_url.replace('/payments/', '/wms/'))
    assert.match((await first.page.locator('main').textContent()) ?? '', /nothing to decide here/)
  })

  test('no token opens the pages or the way between auth and a domain', async () => {
    const { approval_id, approve_url } = await desk.waiting('wms', 'adjust_stock', adjustment(50))
    const authorization = `Bearer ${await desk.warehouse()}`
    const page = await fetch(approve_url, { headers: { authorization }, redirect: 'manual' })
    assert.deepEqual([page.status, page.headers.get('location')?.split('?')[0]], [303, '/auth/sign-in'])
    const inside = await fetch(`${fleet.publicUrl}/internal/approvals/${approval_id}/decision`, { method: 'POST' })
    assert.equal(inside.status, 404)
  })

  test('the list of an approver holds what waits in every domain, and an open page follows it', async () => {
    await first.visit(`${fleet.publicUrl}/auth/approvals`)
    const { approval_id, approve_url } = await desk.waiting('wms', 'adjust_stock', adjustment(61))
    await first.page.locator(`a[href$="${approval_id}"]`).waitFor()
    await second.decide(approve_url, 'reject')
    await first.page.locator(`a[href$="${approval_id}"]`).waitFor({ state: 'detached' })
  })

  test('hosts that show views show a customer the cart and the order', async () => {
    const token = await fleet.token('demo1', 'catshop', 'catshop:read catshop:write')
    const mcp = async (method: string, params: Record<string, unknown>) =>
      (await plainCalls(fleet.publicUrl).mcp('catshop', token, method, params)).body.result
    const session = {
      call: async (name: string, args: Record<string, unknown> = {}) =>
        toolResult(await mcp('tools/call', { name, arguments: args })),
      read: async (uri: string) => resourceText(await mcp('resources/read', { uri })),
    }
    const { tools } = await mcp('tools/list', {})
    const shown = async (tool: string, args: Record<string, unknown>) => {
      const { _meta } = tools.find(({ name }: { name: string }) => name === tool)
      const result = await session.call(tool, args)
      assert.equal(result.isError, false, JSON.stringify(result))
      return showApp(browser, session, { html: await session.read(_meta.ui.resourceUri), result })
    }
    const cart = await shown('add_to_cart', { product_id: 1, quantity: 2 })
    await cart.frame.getByRole('heading', { name: 'Your cart' }).waitFor()
    assert.equal(await cart.frame.locator('tbody tr').count(), 1)
    await cart.close()
    const { structured } = await session.call('get_order_history')
    const [{ order_id, number }] = structured.orders as [{ order_id: string; number: string }]
    const order = await shown('get_order_status', { order_id })
    await order.frame.getByRole('heading', { name: `Order ${number}` }).waitFor()
    assert.ok((await order.frame.locator('tbody tr').count()) > 0)
    assert.deepEqual(
      [...cart.asked, ...order.asked].filter(({ method }) => method === 'tools/call'),
      [],
    )
    await order.close()
  })
})
