import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PickTaskView, pickTask } from '../fulfilment-shapes.ts'
import { OrderRef, Sku, WarehouseId } from '../identifiers.ts'
import { waveUri } from '../uris.ts'
import { createWave } from '../wave.ts'

export const createPickWave = defineTool({
  name: 'create_pick_wave',
  title: 'Create pick wave',
  description:
    'Make pick tasks for the confirmed orders that have waited longest in a warehouse, in the order of a walk up one aisle and down the next, from the lots that expire first. Work through the tasks with confirm_pick or report_short_pick; inventory://waves/{id} shows what is left.',
  scope: 'wms:fulfil',
  effect: 'write',
  idempotent: true,
  input: z.object({
    warehouse: WarehouseId,
    criteria: z
      .object({
        order_refs: z.array(OrderRef).min(1).max(100).optional().describe('Only these orders'),
        sku: Sku.optional().describe('Only orders that wait for this SKU'),
      })
      .optional(),
    max_orders: z.int().min(1).max(100).default(20),
    assigned_to: z.string().min(1).max(64).optional().describe('Who walks'),
  }),
  output: z.object({
    wave_id: z.string(),
    warehouse: z.string(),
    orders: z.int(),
    tasks: z.array(PickTaskView),
    unplanned: z
      .array(z.object({ order_ref: z.string(), sku: z.string(), qty: z.int() }))
      .describe('Promised units that lie in no sound bin'),
  }),
  text: ({ wave_id, orders, tasks, warehouse }) =>
    `Wave ${wave_id}: ${tasks.length} picks for ${orders} orders in ${warehouse}`,
  handle: async ({ warehouse, criteria, max_orders, assigned_to }, { db, caller, changed }) => {
    const { id, tasks, unplanned } = await createWave(db, {
      warehouse,
      maxOrders: max_orders,
      orderRefs: criteria?.order_refs,
      sku: criteria?.sku,
      assignedTo: assigned_to,
      actor: caller.subject,
    })
    changed(waveUri(id))
    return {
      wave_id: id,
      warehouse,
      orders: new Set(tasks.map(({ order_ref }) => order_ref)).size,
      tasks: tasks.map(pickTask),
      unplanned: unplanned.map(({ orderRef, sku, qty }) => ({ order_ref: orderRef, sku, qty })),
    }
  },
})
