import { z } from 'zod'
import { transferStatuses } from './database-tables.ts'
import type { StockPlace } from './stock.ts'
import type { Transfer } from './transfer.ts'
import { open } from './transfer-end.ts'

/** A transfer as callers see it. */
export const TransferView = z.object({
  transfer_id: z.string(),
  from: z.string(),
  to: z.string(),
  status: z.enum(transferStatuses),
  created_at: z.string(),
  created_by: z.string(),
  shipped_at: z.string().optional(),
  ended_at: z.string().optional(),
  version: z.int(),
  lines: z.array(
    z.object({
      sku: z.string(),
      lot: z.string().optional(),
      qty: z.int(),
      qty_received: z.int(),
      qty_returned: z.int(),
      qty_lost: z.int(),
      qty_open: z.int().describe('Still under way'),
      discrepancy_reason_untrusted: z.string().optional(),
    }),
  ),
  note_untrusted: z.string().optional(),
  cancel_reason_untrusted: z.string().optional(),
})

export function transferView(transfer: Transfer): z.input<typeof TransferView> {
  const { id, from_warehouse, to_warehouse, status, created_at, created_by, shipped_at, ended_at, version } = transfer
  return {
    transfer_id: id,
    from: from_warehouse,
    to: to_warehouse,
    status,
    created_at: created_at.toISOString(),
    created_by,
    ...(shipped_at === null ? {} : { shipped_at: shipped_at.toISOString() }),
    ...(ended_at === null ? {} : { ended_at: ended_at.toISOString() }),
    version,
    lines: transfer.lines.map((line) => ({
      sku: line.sku,
      ...(line.lot ? { lot: line.lot } : {}),
      qty: line.qty,
      qty_received: line.qty_received,
      qty_returned: line.qty_returned,
      qty_lost: line.qty_lost,
      qty_open: ended_at === null ? open(line) : 0,
      ...(line.discrepancy_reason === null ? {} : { discrepancy_reason_untrusted: line.discrepancy_reason }),
    })),
    ...(transfer.note === null ? {} : { note_untrusted: transfer.note }),
    ...(transfer.cancel_reason === null ? {} : { cancel_reason_untrusted: transfer.cancel_reason }),
  }
}

/** The stock at both ends of a transfer. */
export function endsOf({ from_warehouse, to_warehouse, lines }: Transfer): StockPlace[] {
  return lines.flatMap(({ sku }) => [
    { sku, warehouse: from_warehouse },
    { sku, warehouse: to_warehouse },
  ])
}
