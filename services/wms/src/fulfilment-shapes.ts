import { z } from 'zod'
import { pickTaskStatuses, shipmentStatuses } from './database-tables.ts'
import type { PickTask } from './pick-task.ts'
import type { Shipment } from './shipment.ts'

/** Shapes of picking, packing and hand-over. */
export const PickTaskView = z.object({
  task_id: z.string(),
  wave_id: z.string(),
  seq: z.int().describe('Place on the walk'),
  order_ref: z.string(),
  warehouse: z.string(),
  location: z.string(),
  sku: z.string(),
  lot: z.string().optional(),
  qty: z.int(),
  picked_qty: z.int(),
  short_qty: z.int().describe('Units that were not there'),
  status: z.enum(pickTaskStatuses),
})

/** A pick task as callers see it. */
export function pickTask(task: PickTask): z.input<typeof PickTaskView> {
  const { id, wave_id, seq, order_ref, warehouse_id, location, sku, lot, qty, picked_qty, short_qty, status } = task
  return {
    task_id: id,
    wave_id,
    seq,
    order_ref,
    warehouse: warehouse_id,
    location,
    sku,
    ...(lot ? { lot } : {}),
    qty,
    picked_qty,
    short_qty,
    status,
  }
}

const Units = z.object({ sku: z.string(), qty: z.int() })

export const ShipmentView = z.object({
  shipment_ref: z.string(),
  order_ref: z.string(),
  warehouse: z.string(),
  status: z.enum(shipmentStatuses),
  carrier: z.string().optional(),
  tracking: z.string().optional(),
  packed_at: z.string(),
  handed_over_at: z.string().optional(),
  packages: z.array(
    z.object({ package_id: z.string(), container: z.string().optional(), weight_g: z.int(), lines: z.array(Units) }),
  ),
})

/** A shipment as callers see it. */
export function shipmentView(shipment: Shipment): z.input<typeof ShipmentView> {
  const { ref, order_ref, warehouse_id, status, carrier, tracking, packed_at, handed_over_at, packages } = shipment
  return {
    shipment_ref: ref,
    order_ref,
    warehouse: warehouse_id,
    status,
    ...(carrier === null ? {} : { carrier }),
    ...(tracking === null ? {} : { tracking }),
    packed_at: packed_at.toISOString(),
    ...(handed_over_at === null ? {} : { handed_over_at: handed_over_at.toISOString() }),
    packages: packages.map(({ id, container, weight_g, lines }) => ({
      package_id: id,
      ...(container === null ? {} : { container }),
      weight_g,
      lines,
    })),
  }
}
