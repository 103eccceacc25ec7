import { z } from 'zod'
import type { ReturnRequest } from './return-request.ts'

/** Where a return stands and what comes next. */
export const ReturnView = z.object({
  return_id: z.string(),
  rma_number: z.string(),
  order_id: z.string(),
  status: z.enum(['requested', 'cancelled']),
  next_step: z.string(),
  requested_at: z.iso.datetime(),
  lines: z.array(z.object({ product_id: z.string(), name: z.string(), quantity: z.int() })),
})

export function returnView(request: ReturnRequest, nextStep: string): z.output<typeof ReturnView> {
  const { return_id, rma_number, order_id, status, requested_at, lines } = request
  return {
    return_id,
    rma_number,
    order_id,
    status,
    next_step: nextStep,
    requested_at: requested_at.toISOString(),
    lines: lines.map(({ productId, name, quantity }) => ({ product_id: productId, name, quantity })),
  }
}

/** What a customer whose return is recorded does next. */
export const AWAIT_DECISION = 'Keep the goods until the return is authorised; the shop will send instructions.'
