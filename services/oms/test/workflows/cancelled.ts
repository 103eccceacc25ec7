import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, lineOf, PRICE, settled, shop } from './shop.ts'

describe('a cancellation', () => {
  it('frees stock and money before anything is picked, and answers the same again', async () => {
    const line = await lineOf(2)
    const before = await available(line.sku)
    const order = await shop.placed([line])
    const { status, body } = await shop.cancel(order.order_id)
    assert.equal(status, 200, JSON.stringify(body))
    assert.equal(body.order.status, 'cancelled')
    assert.equal(body.order.totals.due_minor, 0)
    assert.equal(body.order.payment.voided_minor, 2 * PRICE)
    assert.equal(await available(line.sku), before)
    assert.equal((await shop.cancel(order.order_id)).body.status, 'cancelled')
    await settled(order.order_id)
  })

  it('takes goods back that are picked', async () => {
    const line = await lineOf(1)
    const before = await available(line.sku)
    const order = await shop.placed([line])
    await shop.fulfil(order.order_id, 'packed')
    assert.equal((await shop.cancel(order.order_id)).body.status, 'cancelled')
    assert.equal(await available(line.sku), before)
    await settled(order.order_id)
  })

  it('of a part leaves the rest to be sent and charged', async () => {
    const [kept, dropped] = [await lineOf(1), await lineOf(3)]
    const order = await shop.placed([kept, { ...dropped, taxMinor: 1 }])
    const { order_line_id } = order.lines.find(({ sku }: { sku: string }) => sku === dropped.sku)
    const lines = [{ order_line_id, qty: 1 }]
    const { body } = await shop.cancel(order.order_id, { lines })
    assert.equal(body.status, 'partially_cancelled', JSON.stringify(body))
    assert.equal(body.order.payment.voided_minor, PRICE + 1)
    assert.equal((await shop.cancel(order.order_id, { lines })).body.code, 'conflict')
    await shop.fulfil(order.order_id, 'shipped')
    const done = await eventually(
      () => shop.order(order.order_id),
      (now) => now.payment_status === 'captured',
      'capture',
    )
    assert.equal(done.payment.captured_minor, 3 * PRICE)
    await settled(order.order_id)
  })

  it('comes too late for what has left', async () => {
    const order = await shop.placed([await lineOf(1)])
    await shop.fulfil(order.order_id, 'shipped')
    const { status, body } = await shop.cancel(order.order_id)
    assert.equal(status, 409)
    assert.equal(body.code, 'invalid_transition')
    assert.equal(body.next_actions[0].tool, 'initiate_return')
    await eventually(
      () => shop.order(order.order_id),
      (now) => now.payment_status === 'captured',
      'capture',
    )
    await settled(order.order_id)
  })

  it('frees what a review still holds', async () => {
    const line = await lineOf(1)
    const before = await available(line.sku)
    const order = await shop.placed([line], 'pm_sim_review')
    assert.equal((await shop.cancel(order.order_id)).body.status, 'cancelled')
    assert.equal(await available(line.sku), before)
    assert.equal((await shop.payment(order.order_id)).voided_minor, PRICE)
    await settled(order.order_id)
  })

  it('is done once when two ask for it, and is not for other customers', async () => {
    const order = await shop.placed([await lineOf(1)])
    assert.equal((await shop.cancel(order.order_id, {}, 'demo2')).body.code, 'not_found')
    const answers = await Promise.all([shop.cancel(order.order_id), shop.cancel(order.order_id)])
    assert.deepEqual(
      answers.map(({ body }) => body.status),
      ['cancelled', 'cancelled'],
    )
    assert.equal((await shop.order(order.order_id)).payment.voided_minor, PRICE)
    await settled(order.order_id)
  })

  it('and a hand-over at the same moment: one of them wins, and the books agree', async () => {
    const order = await shop.placed([await lineOf(1)])
    await shop.fulfil(order.order_id, 'packed')
    const [cancelled, left] = await Promise.all([
      shop.cancel(order.order_id),
      shop.wms('hand_over_shipment', { order_ref: order.order_id }).then(
        () => true,
        () => false,
      ),
    ])
    assert.equal(cancelled.status === 200, !left, JSON.stringify(cancelled.body))
    await settled(order.order_id)
    const now = await shop.order(order.order_id)
    assert.equal(now.payment.captured_minor, left ? PRICE : 0)
    assert.equal(now.payment.voided_minor, left ? 0 : PRICE)
  })
})
