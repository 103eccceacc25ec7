import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import type { SoldOrder } from './sold-order.ts'

/** What claims tells of the claims of an order, as far as a return needs it. */
export const ClaimsOfOrder = z.object({
  items: z.array(
    z.object({
      claim_number: z.string(),
      status: z.string(),
      lines: z.array(z.object({ order_line_id: z.string() })).default([]),
    }),
  ),
})
export type ClaimsOfOrder = z.output<typeof ClaimsOfOrder>

/** Claims that hold nothing of their order. */
const withoutHold = new Set(['draft', 'denied', 'withdrawn'])

/**
 * Says which claim took the units that a return would need.
 *
 * @throws {BusinessError} conflict with `possible_duplicate_of`
 */
export function requireNoClaim(
  { items }: ClaimsOfOrder,
  { number }: SoldOrder,
  orderLineIds: ReadonlySet<string>,
): void {
  const rival = items.find(
    ({ status, lines }) => !withoutHold.has(status) && lines.some((line) => orderLineIds.has(line.order_line_id)),
  )
  if (!rival) return
  const { claim_number, status } = rival
  throw new BusinessError(
    'conflict',
    `${claim_number} is a claim about the same goods of ${number}. Nothing was opened: what is claimed cannot be returned as well.`,
    {
      details: { possible_duplicate_of: { claim_number, status } },
      nextActions: [{ hint: `Let ${claim_number} run its course, or withdraw it first.` }],
    },
  )
}
