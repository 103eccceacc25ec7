import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, factOf, lineOf, PRICE, settled, shop } from './shop.ts'

describe('a payment under review', () => {
  const review = async () => {
    const line = await lineOf(1)
    const before = await available(line.sku)
    const order = await shop.placed([line], 'pm_sim_review')
    assert.equal(order.status, 'on_hold')
    assert.equal(order.holds[0].kind, 'fraud')
    const [hold] = (await shop.payment(order.order_id)).holds
    return { line, before, order, hold }
  }
  /** As payments tells it when somebody has decided. */
  const decide = (
    hold: { hold_id: string },
    order: { order_id: string; checkout_id: string; payment: { payment_id: string } },
    outcome: string,
  ) =>
    shop.report('payments', [
      factOf('payment.hold_released.v1', order.payment.payment_id, {
        hold_id: hold.hold_id,
        payment_id: order.payment.payment_id,
        order_ref: order.order_id,
        checkout_id: order.checkout_id,
        kind: 'fraud_review',
        reason: 'checked',
        outcome,
      }),
    ])

  it('gives the warehouse only what was not cancelled meanwhile', async () => {
    const line = await lineOf(3)
    const before = await available(line.sku)
    const order = await shop.placed([line], 'pm_sim_review')
    const [hold] = (await shop.payment(order.order_id)).holds
    const lines = [{ order_line_id: order.lines[0].order_line_id, qty: 1 }]
    assert.equal((await shop.cancel(order.order_id, { lines })).body.order.totals.due_minor, 2 * PRICE)
    await decide(hold, order, 'released')
    await eventually(
      () => shop.order(order.order_id),
      (it) => it.lines[0].qty_reserved === 2,
      'its stock',
    )
    await eventually(
      () => available(line.sku),
      (units) => units === before - 2,
      'the unit that was cancelled',
    )
    await settled(order.order_id)
  })

  it('lets the order go on when it is released', async () => {
    const { order, hold } = await review()
    assert.equal((await shop.reservation(order.checkout_id)).reservations[0].state, 'held')
    await decide(hold, order, 'released')
    const now = await eventually(
      () => shop.order(order.order_id),
      (it) => it.lines[0].qty_reserved === 1,
      'its stock',
    )
    assert.equal(now.status, 'confirmed')
    await settled(order.order_id)
  })

  it('cancels the order and gives everything back when it is rejected', async () => {
    const { line, before, order, hold } = await review()
    await decide(hold, order, 'rejected')
    await eventually(
      () => shop.order(order.order_id),
      (it) => it.status === 'cancelled' && it.payment.voided_minor === PRICE,
      'void',
    )
    assert.equal(await available(line.sku), before)
    await settled(order.order_id)
  })
})
