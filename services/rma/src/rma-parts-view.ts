import type { z } from 'zod'
import type { DispositionRow } from './disposition.ts'
import type { Inspection } from './inspection.ts'
import type { Receipt } from './receipt.ts'
import type { Resolution } from './resolution-state.ts'
import type { DispositionShape, InspectionShape, ReceiptShape, ResolutionShape } from './shapes.ts'

/** An inspection as callers see it. */
export function inspectionShape(row: Inspection, forStaff = true): z.input<typeof InspectionShape> {
  return {
    inspection_id: row.id,
    rma_line_id: row.rma_line_id,
    qty: row.qty,
    grade: row.grade,
    accepted: row.accepted,
    checks_untrusted: row.checks,
    serial_match: row.serial_match,
    recommended_disposition: row.recommended,
    superseded: row.superseded_by !== null,
    inspector: shown(row.inspector, forStaff),
    decided_at: row.decided_at.toISOString(),
  }
}

/** A receipt as callers see it. */
export function receiptShape(row: Receipt, forStaff = true): z.input<typeof ReceiptShape> {
  const { id, warehouse, dock, carton_condition, lines, received_by, received_at } = row
  return {
    receipt_id: id,
    warehouse,
    dock,
    carton_condition,
    lines: lines.map(({ condition, ...line }) => ({ ...line, condition_untrusted: condition })),
    received_by: shown(received_by, forStaff),
    received_at: received_at.toISOString(),
  }
}

/** A disposition as callers see it. */
export function dispositionShape(row: DispositionRow): z.input<typeof DispositionShape> {
  const { id, rma_line_id, disposition, qty, warehouse, location, status, wms_movement_ref, decided_at } = row
  return {
    disposition_id: id,
    rma_line_id,
    disposition,
    qty,
    warehouse,
    location,
    status,
    wms_movement_ref,
    decided_at: decided_at.toISOString(),
  }
}

/** A resolution as callers see it. */
export function resolutionShape(row: Resolution): z.input<typeof ResolutionShape> {
  return {
    resolution_id: row.id,
    kind: row.kind,
    advance: row.advance,
    status: row.status,
    amount_minor: row.amount_minor,
    fee_minor: row.fee_minor,
    currency: row.currency,
    lines: row.lines,
    ...(row.replacement_lines ? { replacement_lines: row.replacement_lines } : {}),
    payment_refund_ref: row.payment_refund_ref,
    credit_ref: row.credit_ref,
    replacement_order_ref: row.replacement_order_ref,
    message_untrusted: row.message,
    ...(row.clawback_due_at && row.clawback
      ? {
          clawback: {
            due_at: row.clawback_due_at.toISOString(),
            state: row.clawback,
            amount_minor: row.clawback_minor,
          },
        }
      : {}),
  }
}

/** Customers do not learn which account acted. */
export function shown(account: string, forStaff: boolean): string {
  return forStaff ? account : 'retailer'
}
