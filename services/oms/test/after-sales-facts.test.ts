import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { closeOrders } from '../src/completion.ts'
import { placeUnits } from '../src/fulfillment.ts'
import { confirmOrder, lockOrder } from '../src/order.ts'
import { linesOf } from '../src/order-line.ts'
import { setStatus } from '../src/order-status.ts'
import { applyShipment } from '../src/shipment.ts'
import { differences, lineOf, type Orders, openOrders, place } from './orders.ts'

describe('what logistics, returns and claims tell of an order', () => {
  let orders: Orders
  before(async () => {
    orders = await openOrders()
  })
  after(() => orders.close())

  let counter = 0
  const tell = async (source: 'tms' | 'rma' | 'claims', type: string, data: object) => {
    const id = `fact_${counter++}`
    const fact = { specversion: '1.0', id, source, type, subject: id, time: new Date().toISOString(), data }
    const { status, body } = await orders.peer(source).call('report_fact', { facts: [fact] })
    assert.equal(status, 200, JSON.stringify(body))
    return body as { applied: number; waiting: number; duplicates: number }
  }
  const get = async (orderId: string) => (await orders.account('ops').call('get_order', { order_id: orderId })).body
  /** An order of two units whose one parcel has left; `tms` says that logistics knows it. */
  const sent = async ({ tms = false } = {}) => {
    const { id } = await place(orders.db, [lineOf('F', 2, 1_000)], {
      payment: { paymentId: `pay_${counter++}`, method: null },
    })
    const shipmentRef = `shp_${id}`
    await orders.db.transaction().execute(async (trx) => {
      await confirmOrder(trx, await lockOrder(trx, id), 'test')
      const lines = [{ sku: 'F', qty: 2, warehouse: 'WH-1' }]
      await placeUnits(trx, await lockOrder(trx, id), lines)
      const working = await setStatus(trx, await lockOrder(trx, id), 'processing')
      await applyShipment(trx, working, { shipmentRef, warehouse: 'WH-1', lines, at: new Date() })
      if (tms)
        await trx
          .updateTable('shipment')
          .set({ tms_shipment_id: `sh_${id}` })
          .where('order_id', '=', id)
          .execute()
    })
    const [line] = await linesOf(orders.db, [id])
    assert.ok(line)
    return { orderId: id, shipmentRef, lineId: line.id }
  }
  const movement = (orderId: string, shipmentRef: string, at = new Date()) => ({
    ...{ shipment_id: `sh_${orderId}`, order_ref: orderId, shipment_ref: shipmentRef, occurred_at: at.toISOString() },
  })
  const sagas = async (orderId: string) =>
    (await orders.db.selectFrom('saga').select(['id', 'kind']).where('subject', '=', orderId).execute()).map(
      ({ id }) => id,
    )

  it('a parcel that its carrier has taken is paid for, once', async () => {
    const { orderId, shipmentRef } = await sent({ tms: true })
    await tell('tms', 'shipment.picked_up.v1', movement(orderId, shipmentRef))
    await tell('tms', 'shipment.picked_up.v1', movement(orderId, shipmentRef))
    assert.deepEqual(await sagas(orderId), [`ship:${shipmentRef}:picked_up`])
  })

  it('an order that has arrived is completed, and closed when its return window is over', async () => {
    const { orderId, shipmentRef } = await sent()
    await tell('tms', 'shipment.delivered.v1', { ...movement(orderId, shipmentRef), proof_id: 'pod_1' })
    const done = await get(orderId)
    assert.deepEqual([done.status, done.fulfillment_status], ['completed', 'delivered'])
    assert.equal(done.lines[0].qty_delivered, 2)
    const close = () => orders.db.transaction().execute((trx) => closeOrders(trx, 10))
    assert.equal(await close(), 0)
    await orders.db
      .updateTable('orders')
      .set({ window_ends_at: new Date(Date.now() - 1_000) })
      .where('id', '=', orderId)
      .execute()
    await tell('rma', 'return.requested.v1', {
      ...{
        rma_number: 'RMA-W',
        order_id: orderId,
        lines: [{ order_line_id: done.lines[0].order_line_id, sku: 'F', qty: 1 }],
      },
    })
    assert.equal(await close(), 0, 'an open return keeps it open')
    await tell('rma', 'return.cancelled.v1', { rma_number: 'RMA-W', order_id: orderId, lines: [] })
    assert.equal(await close(), 1)
    assert.equal((await get(orderId)).status, 'closed')
  })

  it('a delivery that is told before the warehouse has handed over waits for it', async () => {
    const { orderId, shipmentRef } = await sent()
    await orders.db.updateTable('shipment').set({ status: 'packed' }).where('order_id', '=', orderId).execute()
    const { waiting } = await tell('tms', 'shipment.delivered.v1', movement(orderId, shipmentRef))
    assert.equal(waiting, 1)
    await orders.db.updateTable('shipment').set({ status: 'shipped' }).where('order_id', '=', orderId).execute()
  })

  it('a parcel that came back could not be delivered', async () => {
    const { orderId, shipmentRef } = await sent()
    await tell('tms', 'shipment.returned.v1', movement(orderId, shipmentRef))
    assert.equal((await get(orderId)).fulfillment_status, 'failed')
  })

  it('the return axis follows the returns of the order, however often they tell', async () => {
    const { orderId, shipmentRef, lineId } = await sent()
    await tell('tms', 'shipment.delivered.v1', movement(orderId, shipmentRef))
    const stage = (type: string, number: string, qty: number) =>
      tell('rma', `return.${type}.v1`, {
        ...{ rma_number: number, order_id: orderId, lines: [{ order_line_id: lineId, sku: 'F', qty }] },
      })
    const axis = async () => (await get(orderId)).return_status
    await stage('requested', 'RMA-1', 1)
    assert.equal(await axis(), 'requested')
    await stage('inspected', 'RMA-1', 1)
    await stage('inspected', 'RMA-1', 1)
    assert.equal(await axis(), 'partial')
    await stage('resolved', 'RMA-1', 1)
    assert.equal((await get(orderId)).lines[0].qty_returned, 1)
    await stage('inspected', 'RMA-2', 1)
    assert.equal(await axis(), 'returned')
  })

  it('a decision begins its process once, and a claim with it', async () => {
    const { orderId, shipmentRef, lineId } = await sent()
    await tell('tms', 'shipment.delivered.v1', movement(orderId, shipmentRef))
    const lines = [{ order_line_id: lineId, sku: 'F', qty: 1, draw_id: 'ent_1', amount_minor: 1_000 }]
    const common = { order_id: orderId, customer_id: 'cust-t', amount_minor: 1_000, currency: 'USD', lines }
    const resolving = { ...common, rma_number: 'RMA-3', resolution_id: 'res_3', kind: 'refund', fee_minor: 0 }
    await tell('rma', 'return.resolving.v1', resolving)
    await tell('rma', 'return.resolving.v1', resolving)
    await tell('claims', 'claim.settling.v1', {
      ...{ ...common, claim_number: 'CLM-3', settlement_id: 'set_3', method: 'refund' },
    })
    const begun = (await sagas(orderId)).filter((id) => !id.startsWith('ship:'))
    assert.deepEqual(begun.sort(), ['claim:set_3', 'return:res_3'])
  })

  it('leaves no order that disagrees with its rows', async () => {
    assert.deepEqual(await differences(orders.db), [])
  })
})
