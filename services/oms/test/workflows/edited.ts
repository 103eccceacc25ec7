import assert from 'node:assert/strict'
import { before, describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, lineOf, PRICE, settled, shop } from './shop.ts'

describe('an edit that makes an order cheaper', () => {
  before(() => shop.database('oms', `insert into approval_rule values ('confirm_order_edit', 'staff-ops', 'A0')`))

  const edit = async (order_id: string, actions: object[]) => {
    const proposal = await shop.oms('propose_order_edit', { order_id, actions })
    assert.equal(proposal.status, 200, JSON.stringify(proposal.body))
    return shop.oms('confirm_order_edit', { change_id: proposal.body.change_id })
  }

  it('gives back what is not owed any more, and charges the rest when it ships', async () => {
    const [kept, dropped] = [await lineOf(3), await lineOf(2)]
    const fresh = await lineOf(1)
    const before = await available(dropped.sku)
    const order = await shop.placed([kept, dropped])
    const idOf = (sku: string) => order.lines.find((line: { sku: string }) => line.sku === sku).order_line_id
    const { status, body } = await edit(order.order_id, [
      { action: 'set_quantity', order_line_id: idOf(kept.sku), qty: 2 },
      { action: 'swap', order_line_id: idOf(dropped.sku), sku: fresh.sku, qty: 1, unit_minor: PRICE },
    ])
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.totals.due_minor, 3 * PRICE)
    assert.equal(body.payment.voided_minor, 2 * PRICE)
    assert.equal(await available(dropped.sku), before)
    await shop.fulfil(order.order_id, 'shipped')
    const done = await eventually(
      () => shop.order(order.order_id),
      (now) => now.payment_status === 'captured',
      'capture',
    )
    assert.equal(done.payment.captured_minor, 3 * PRICE)
    assert.equal(done.fulfillment_status, 'shipped')
    await settled(order.order_id)
  })
})
