import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'

/** What returns tells of the returns of an order, as far as the check needs it. */
export const ReturnsOfOrder = z.object({
  items: z.array(
    z.object({
      rma_number: z.string(),
      status: z.string(),
      lines: z.array(z.object({ order_line_id: z.string() })).optional(),
    }),
  ),
})

const overReturns = new Set(['rejected', 'cancelled', 'expired', 'resolved', 'closed'])

/**
 * Refuses a claim about lines that another claim is about already. Drafts claim nothing yet: they count against another
 * draft alone.
 *
 * @throws {BusinessError} conflict with `possible_duplicate_of`
 */
export async function requireNoClaim(
  db: Kysely<Tables>,
  orderLineIds: readonly string[],
  { drafts }: { drafts: boolean },
): Promise<void> {
  const other = await db
    .selectFrom('claim_line')
    .innerJoin('claim', 'claim.id', 'claim_line.claim_id')
    .select(['claim.number', 'claim.status'])
    .where('order_line_id', '=', sql<string>`any(${orderLineIds})`)
    .where('status', '!=', 'withdrawn')
    .$if(!drafts, (query) => query.where('status', '!=', 'draft'))
    .orderBy('claim.number', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!other) return
  const known = { tool: 'get_claim', arguments: { claim_number: other.number } }
  const appeal = { tool: 'appeal_claim', arguments: { claim_number: other.number }, hint: 'If the denial was wrong.' }
  throw duplicateOf(
    `${other.number} is a claim about the same goods.`,
    { claim_number: other.number, status: other.status },
    other.status === 'denied' ? [known, appeal] : [known],
  )
}

/**
 * Refuses a claim about lines that are on their way back.
 *
 * @throws {BusinessError} conflict with `possible_duplicate_of`
 */
export function requireNoReturn({ items }: z.output<typeof ReturnsOfOrder>, orderLineIds: readonly string[]): void {
  const open = items.find(
    ({ status, lines }) =>
      !overReturns.has(status) && (lines?.some(({ order_line_id }) => orderLineIds.includes(order_line_id)) ?? true),
  )
  if (!open) return
  const { rma_number, status } = open
  throw duplicateOf(`${rma_number} is a return of the same goods.`, { rma_number, status }, [])
}

function duplicateOf(what: string, duplicate: object, known: { tool: string }[]): BusinessError {
  return new BusinessError('conflict', `${what} Nothing was opened.`, {
    details: { possible_duplicate_of: duplicate },
    nextActions: [
      ...known,
      { tool: 'open_claim', arguments: { force_new: true }, hint: 'Only if this is about other units.' },
    ],
  })
}
