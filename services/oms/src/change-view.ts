import type { z } from 'zod'
import type { Change } from './order-edit.ts'
import { paidMinor } from './order-line.ts'
import type { ChangeShape } from './shapes.ts'

/** A proposed edit as callers see it. */
export function changeShape(change: Change): z.input<typeof ChangeShape> {
  const { cuts, additions } = change.plan
  return {
    change_id: change.id,
    order_id: change.order_id,
    status: change.status,
    price_delta_minor: change.price_delta_minor,
    currency: change.currency,
    needs_payment: change.price_delta_minor > 0,
    expires_at: change.expires_at.toISOString(),
    cuts: cuts.map(({ orderLineId, sku, qty, amountMinor }) => ({
      order_line_id: orderLineId,
      sku,
      qty,
      amount_minor: amountMinor,
    })),
    additions: additions.map((line) => ({
      sku: line.sku,
      title: line.title,
      qty: line.qty,
      amount_minor: paidMinor(line),
    })),
  }
}
