import { z } from 'zod'
import { movementKinds, purchaseOrderStatuses, reservationStates } from './database-tables.ts'
import type { Reservation } from './reservation.ts'
import type { Movement } from './stock.ts'

/** Shapes that several tools return. */
export const Buckets = z.object({
  on_hand: z.int().describe('Everything in the building'),
  available: z.int().describe('Free to promise'),
  reserved: z.int(),
  picked: z.int(),
  quarantined: z.int(),
  damaged: z.int(),
  incoming: z.int().describe('Ordered from suppliers, not yet here'),
  in_transit: z.int().describe('On the way between warehouses'),
  reorder_point: z.int(),
})

export const WarehouseStock = Buckets.extend({
  warehouse: z.string(),
  below_reorder_point: z.boolean(),
  version: z.int().describe('For expected_version'),
})

export const MovementEntry = z.object({
  movement_id: z.int(),
  at: z.string(),
  sku: z.string(),
  warehouse: z.string(),
  kind: z.enum(movementKinds),
  from: z.string(),
  to: z.string(),
  qty: z.int(),
  balance_after: z.int().describe('Units on hand after it'),
  cause: z.object({ type: z.string(), id: z.string(), uri: z.string().optional() }),
  actor: z.string().optional(),
  lot: z.string().optional(),
  location: z.string().optional(),
  reason_untrusted: z.string().optional(),
})

/** A ledger row as callers see it; `full` adds who and where. */
export function movementEntry(row: Movement, verbosity: 'concise' | 'full' = 'full'): z.input<typeof MovementEntry> {
  const entry = {
    movement_id: row.id,
    at: row.ts.toISOString(),
    sku: row.sku,
    warehouse: row.warehouse_id,
    kind: row.kind,
    from: row.from_bucket,
    to: row.to_bucket,
    qty: row.qty,
    balance_after: row.balance_after,
    cause: {
      type: row.cause_type,
      id: row.cause_id,
      ...(row.cause_type === 'purchase_order' ? { uri: `inventory://purchase-orders/${row.cause_id}` } : {}),
    },
  }
  if (verbosity === 'concise') return entry
  return {
    ...entry,
    actor: row.actor,
    ...(row.lot === null ? {} : { lot: row.lot }),
    ...(row.location === null ? {} : { location: row.location }),
    ...(row.reason === null ? {} : { reason_untrusted: row.reason }),
  }
}

export const ReservationState = z.object({
  order_ref: z.string(),
  state: z.enum(reservationStates).describe('held until it expires, allocated once the order is confirmed'),
  expires_at: z.string().optional().describe('When a hold ends by itself'),
  reservations: z.array(
    z.object({
      reservation_id: z.string(),
      sku: z.string(),
      warehouse: z.string(),
      qty: z.int(),
      state: z.enum(reservationStates),
      shipment_ref: z.string().optional().describe('The shipment that the units left with'),
    }),
  ),
})

/** The reservations of one order as callers see them. */
export function reservationState(
  orderRef: string,
  reservations: readonly Reservation[],
): z.input<typeof ReservationState> {
  const expiries = reservations.flatMap(({ state, expires_at }) =>
    state === 'held' && expires_at ? [+expires_at] : [],
  )
  return {
    order_ref: orderRef,
    state: reservations[0]?.state ?? 'released',
    ...(expiries.length > 0 ? { expires_at: new Date(Math.min(...expiries)).toISOString() } : {}),
    reservations: reservations.map(({ id, sku, warehouse_id, qty, state, shipment_ref }) => ({
      reservation_id: id,
      sku,
      warehouse: warehouse_id,
      qty,
      state,
      ...(shipment_ref === null ? {} : { shipment_ref }),
    })),
  }
}

export const PurchaseOrderSummary = z.object({
  po_id: z.string(),
  po_number: z.string(),
  status: z.enum(purchaseOrderStatuses),
  supplier: z.string(),
  warehouse: z.string(),
  currency: z.string(),
  total_minor: z.int().describe('Total in minor units of currency'),
  expected_at: z.string(),
  created_at: z.string(),
  version: z.int(),
  asn: z.string().optional(),
  lines: z
    .array(
      z.object({
        sku: z.string(),
        qty_ordered: z.int(),
        qty_received: z.int().describe('Damaged units included'),
        qty_rejected: z.int(),
        unit_cost_minor: z.int(),
      }),
    )
    .optional(),
})

export const PurchaseOrderDetail = PurchaseOrderSummary.extend({
  created_by: z.string(),
  plan_id: z.string().optional(),
  note_untrusted: z.string().optional(),
  cancel_reason_untrusted: z.string().optional(),
  receipts: z.array(
    z.object({
      receipt_id: z.string(),
      status: z.enum(['complete', 'discrepancy']),
      received_at: z.string(),
      received_by: z.string(),
      lines: z.array(
        z.object({
          sku: z.string(),
          qty_expected: z.int(),
          qty_received: z.int(),
          qty_damaged: z.int(),
          discrepancy_reason: z.string().optional(),
          lot: z.string().optional(),
          location: z.string().optional(),
        }),
      ),
    }),
  ),
})
