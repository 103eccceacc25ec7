import { type FactInput, type FactType, reportFact } from '@backroom/facts'
import type { Kysely } from 'kysely'
import { type Claim, linesOf } from './claim.ts'
import type { Tables } from './database-tables.ts'

/** Tells the order process what happened, if and only if the transaction commits. */
export function report<Type extends FactType>(
  db: Kysely<Tables>,
  type: Type,
  subject: string,
  data: FactInput<Type>,
): Promise<void> {
  return reportFact(db, 'claims', { type, subject, data })
}

type ClaimFact = 'opened' | 'approved' | 'denied' | 'withdrawn' | 'settled'

/** Tells what became of a claim, with the units that it compensates. */
export async function reportClaim(db: Kysely<Tables>, what: ClaimFact, { id, number, order_id }: Claim): Promise<void> {
  const lines = (await linesOf(db, [id])).filter(({ qty }) => qty > 0)
  await report(db, `claim.${what}.v1`, number, {
    claim_number: number,
    order_id,
    lines: lines.map(({ order_line_id, sku, qty }) => ({ order_line_id, sku, qty })),
  })
}
