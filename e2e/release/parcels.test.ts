import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { startFleet } from '@backroom/fleet-testing'
import { fulfil, type PlacedOrder, place, someSku } from '../src/retail/purchases.ts'
import { busyFleet, openRetail, type Retail } from '../src/retail/retail.ts'
import { until } from '../src/until.ts'

describe('an order whose parcels carriers bring', () => {
  let retail: Retail
  before(async () => {
    retail = openRetail(await startFleet({ environment: { ...busyFleet, CARRIER_DAY_SECONDS: '4' } }))
  })
  after(async () => {
    await retail?.close()
    await retail?.fleet.stop()
  })

  interface Sent extends PlacedOrder {
    fulfillment_status: string
    payment: PlacedOrder['payment'] & { captured_minor: number }
    shipments: { tracking: string | null }[]
  }

  /** The order once it is as wanted. */
  const orderIs = async (order_id: string, what: string, fits: (order: Sent) => boolean): Promise<Sent> => {
    let order: Sent | undefined
    const looked = async () => {
      order = (await retail.must('oms', 'get_order', { order_id }, 'ops')) as Sent
      return fits(order)
    }
    await until(what, looked, { limitMs: 60_000 })
    return order as Sent
  }
  const packed = async (qty: number): Promise<Sent> => {
    const { order_id } = await place(retail, [{ sku: await someSku(retail, qty), qty }])
    await fulfil(retail, order_id, 'packed')
    return orderIs(order_id, 'the label is bought', ({ shipments }) => Boolean(shipments[0]?.tracking))
  }

  test('it has a label once it is packed, is paid for when its carrier takes it, and completed when it arrives', async () => {
    const { order_id, payment, totals } = await packed(2)
    assert.equal(payment.captured_minor, 0)
    await retail.must('wms', 'hand_over_shipment', { order_ref: order_id }, 'warehouse')
    const done = await orderIs(order_id, 'the order is completed', ({ status }) => status === 'completed')
    assert.deepEqual([done.fulfillment_status, done.payment.captured_minor], ['delivered', totals.grand_minor])
    const { items } = await retail.must('oms', 'get_order_timeline', { order_id, limit: 100 }, 'ops')
    const types = (items as { type: string }[]).map(({ type }) => type)
    for (const type of ['shipment.labelled', 'shipment.picked_up', 'shipment.delivered', 'order.completed'])
      assert.ok(types.includes(type), `${type} stands in the history`)
    assert.deepEqual(await retail.differences(), [])
  })

  test('cancelled after packing it gives its label back, and nothing is charged', async () => {
    const { order_id } = await packed(1)
    const cancel = { order_id, reason: 'Changed my mind', refund: true, restock: true }
    await retail.policy('oms', `insert into approval_rule (tool, account, tier) values ('cancel_order', '*', 'A0')`)
    await retail.must('oms', 'cancel_order', cancel, 'ops')
    // What has not left is voided; what the carrier was quick to take comes back.
    const turnedBack = ['voided', 'return_to_sender', 'returned']
    await until('the parcel is withdrawn', async () => {
      const query = 'select status from shipment where order_ref = $1'
      const parcels = await retail.rows<{ status: string }>('tms', query, [order_id])
      return parcels.length === 1 && parcels.every(({ status }) => turnedBack.includes(status))
    })
    const payment = await retail.must('payments', 'get_payment', { order_ref: order_id }, 'finance')
    assert.equal(payment.captured_minor, 0)
    assert.deepEqual(await retail.differences(), [])
  })
})
