import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, lineOf, PRICE, settled, shop } from './shop.ts'

describe('an order from the cart to the money', () => {
  it('is confirmed with its stock, and charged for when it leaves', async () => {
    const order = await shop.placed([{ ...(await lineOf(3)), taxMinor: 100 }])
    assert.equal(order.status, 'confirmed')
    assert.equal(order.payment_status, 'authorized')
    assert.equal(order.lines[0].qty_reserved, 3)
    await shop.fulfil(order.order_id, 'shipped')
    const done = await eventually(
      () => shop.order(order.order_id),
      (now) => now.payment_status === 'captured',
      'capture',
    )
    assert.equal(done.fulfillment_status, 'shipped')
    assert.equal(done.status, 'processing')
    assert.equal(done.payment.captured_minor, 3_100)
    assert.equal(done.shipments[0].status, 'shipped')
    await settled(order.order_id)
    const types = (await shop.events(order.order_id)).map(({ type }) => type)
    for (const type of ['order.placed', 'order.confirmed', 'stock.packed', 'stock.shipped', 'payment.captured'])
      assert.ok(types.includes(type), `${type} stands in the history`)
  })

  it('is charged parcel by parcel, to the cent, and each parcel once', async () => {
    const sku = await shop.sku({ units: 3, warehouses: 1 })
    const order = await shop.placed([{ sku, qty: 3, unitMinor: 333, taxMinor: 1 }])
    const [{ warehouse }] = (await shop.reservation(order.order_id)).reservations
    await shop.fulfil(order.order_id, 'picked')
    const parcel = { order_ref: order.order_id, warehouse, cartons: [{ lines: [{ sku, qty: 1 }] }] }
    for (const [captured, qty] of [
      [333, 1],
      [1_000, 2],
    ] as const) {
      await shop.wms('pack_shipment', { ...parcel, cartons: [{ lines: [{ sku, qty }] }] })
      await shop.wms('hand_over_shipment', { order_ref: order.order_id })
      await eventually(
        () => shop.order(order.order_id),
        (now) => now.payment.captured_minor === captured,
        'capture',
      )
    }
    const payment = await shop.payment(order.order_id)
    assert.equal(payment.captures.length, 2)
    assert.equal(payment.capturable_minor, 0)
    await settled(order.order_id)
  })

  it('is charged whole when its parcels leave at the same moment', async () => {
    const sku = await shop.sku({ units: 2, warehouses: 1 })
    const order = await shop.placed([{ sku, qty: 2, unitMinor: 500, taxMinor: 1 }])
    const [{ warehouse }] = (await shop.reservation(order.order_id)).reservations
    await shop.fulfil(order.order_id, 'picked')
    for (const _ of [1, 2])
      await shop.wms('pack_shipment', { order_ref: order.order_id, warehouse, cartons: [{ lines: [{ sku, qty: 1 }] }] })
    await shop.wms('hand_over_shipment', { order_ref: order.order_id })
    const done = await eventually(
      () => shop.order(order.order_id),
      (now) => now.payment_status === 'captured',
      'capture',
    )
    assert.equal(done.payment.captured_minor, 1_001)
    assert.equal(done.shipments.length, 2)
    await settled(order.order_id)
  })

  it('is one order, however often and however parallel its checkout is started', async () => {
    const line = await lineOf(1)
    const before = await available(line.sku)
    const checkoutId = `chk_again${Date.now()}`
    const answers = await Promise.all(Array.from({ length: 5 }, () => shop.checkout([line], { checkoutId })))
    answers.push(await shop.checkout([line], { checkoutId }))
    assert.deepEqual(
      answers.map(({ status }) => status),
      answers.map(() => 200),
    )
    assert.equal(new Set(answers.map(({ body }) => body.order.order_id)).size, 1)
    assert.equal(await available(line.sku), before - 1)
  })

  it('survives an answer that the provider lost, with one charge', async () => {
    const order = await shop.placed([await lineOf(1)], 'pm_sim_lost')
    const payment = await shop.payment(order.order_id)
    assert.equal(payment.authorized_minor, PRICE)
    await shop.provider('capture', 'lose_response')
    await shop.fulfil(order.order_id, 'shipped')
    await eventually(
      () => shop.order(order.order_id),
      (now) => now.payment_status === 'captured',
      'capture',
    )
    assert.equal((await shop.payment(order.order_id)).captures.length, 1)
    await settled(order.order_id)
  })
})
