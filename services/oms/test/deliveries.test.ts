import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eventually, openProcesses, type Processes } from './process-fleet.ts'

describe('an order whose parcels logistics carries', () => {
  let shop: Processes
  before(async () => {
    shop = await openProcesses({ CARRIER_DAY_SECONDS: '4' }, ['tms'])
  })
  after(() => shop?.stop())

  const placed = async (qty = 1) => {
    const sku = await shop.sku({ units: qty, warehouses: 1 })
    return shop.placed([{ sku, qty, unitMinor: 1_000 }])
  }
  /** What has not left is voided; what the carrier was quick to take comes back. */
  const turnedBack = ['voided', 'return_to_sender', 'returned']
  const parcelsOf = (orderId: string) =>
    shop.database<{ status: string; shipment_ref: string }>(
      'tms',
      'select status, shipment_ref from shipment where order_ref = $1',
      [orderId],
    )

  it('has a label once it is packed, is paid for when its carrier takes it, and is completed when it arrives', async () => {
    const { order_id } = await placed(2)
    await shop.fulfil(order_id, 'packed')
    const packed = await eventually(
      () => shop.order(order_id),
      ({ shipments }) => shipments[0]?.tracking,
      'the label',
    )
    assert.equal(packed.payment.captured_minor, 0)
    await shop.wms('hand_over_shipment', { order_ref: order_id })
    const done = await eventually(
      () => shop.order(order_id),
      ({ status }) => status === 'completed',
      'the delivery',
    )
    assert.deepEqual([done.fulfillment_status, done.payment.captured_minor], ['delivered', 2_000])
    assert.equal(done.lines[0].qty_delivered, 2)
    const types = (await shop.events(order_id)).map(({ type }) => type)
    for (const type of ['shipment.labelled', 'shipment.picked_up', 'shipment.delivered', 'order.completed'])
      assert.ok(types.includes(type), `${type} stands in the history`)
    const { differences } = (await shop.oms('reconcile_order', { order_id })).body
    assert.deepEqual(differences, [])
  })

  it('that is cancelled after packing gives its label back, and nothing is charged', async () => {
    const { order_id } = await placed()
    await shop.fulfil(order_id, 'packed')
    await eventually(
      () => shop.order(order_id),
      ({ shipments }) => shipments[0]?.tracking,
      'the label',
    )
    const { status, body } = await shop.cancel(order_id)
    assert.equal(status, 200, JSON.stringify(body))
    await eventually(
      () => parcelsOf(order_id),
      (parcels) => parcels.length === 1 && turnedBack.includes(parcels[0]?.status ?? ''),
      'the parcel to be withdrawn',
    )
    assert.equal((await shop.payment(order_id)).captured_minor, 0)
  })
})
