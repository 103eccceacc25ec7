import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, lineOf, settled, shop } from './shop.ts'

describe('units that are not in their bin', () => {
  it('come from another warehouse', async () => {
    const line = await lineOf(1, { warehouses: 2 })
    const order = await shop.placed([line])
    const [from] = await reportShort(order.order_id)
    await eventually(
      () => shop.events(order.order_id),
      (events) => events.some(({ type }) => type === 'fulfillment.rerouted'),
      'the other warehouse',
    )
    const now = await shop.order(order.order_id)
    assert.equal(now.lines[0].qty_reserved, 1)
    assert.equal(now.lines[0].qty_current, 1)
    const live = now.fulfillment_orders.filter(({ status }: { status: string }) => status === 'open')
    assert.notEqual(live[0].warehouse, from)
    await settled(order.order_id)
  })

  it('are cancelled and given back when nobody has them', async () => {
    const line = await lineOf(1, { warehouses: 1, exactly: true })
    const order = await shop.placed([{ ...line, qty: await available(line.sku) }])
    await reportShort(order.order_id)
    const now = await eventually(
      () => shop.order(order.order_id),
      (it) => it.status === 'cancelled',
      'cancellation',
    )
    assert.equal(now.totals.due_minor, 0)
    await eventually(
      () => shop.order(order.order_id),
      (it) => it.payment.voided_minor === it.totals.grand_minor,
      'void',
    )
    await settled(order.order_id)
  })

  /** Nothing of the order is there, in any bin. */
  async function reportShort(orderId: string): Promise<string[]> {
    const { reservations } = await shop.reservation(orderId)
    const warehouses = [...new Set<string>(reservations.map(({ warehouse }: { warehouse: string }) => warehouse))]
    for (const warehouse of warehouses) {
      const wave = await shop.wms('create_pick_wave', { warehouse, criteria: { order_refs: [orderId] } })
      const tasks: string[] = wave.body.tasks.map(({ task_id }: { task_id: string }) => task_id)
      for (const task_id of tasks) {
        const { body } = await shop.wms('report_short_pick', { task_id })
        tasks.push(...body.replaced_by.map((task: { task_id: string }) => task.task_id))
      }
    }
    return warehouses
  }
})
