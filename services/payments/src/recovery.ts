import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { post, transfer } from './ledger.ts'

export interface Recovery {
  claimId: string
  sourceId: string
  /** Minor units. */
  amount: number
  currency: string
  counterparty: string
}

/**
 * Books money that came in for a claim against somebody else; again, it answers with the same booking.
 *
 * @returns id of the ledger transaction
 * @throws {BusinessError} conflict when another amount was booked for the same payment
 */
export async function postRecovery(db: Kysely<Tables>, recovery: Recovery): Promise<string> {
  const { claimId, sourceId, amount, currency, counterparty } = recovery
  const externalRef = `recovery:${sourceId}`
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${`|${externalRef}`}, 0))`.execute(db)
  const booked = await db
    .selectFrom('ledger_tx as t')
    .innerJoin('ledger_entry as e', 'e.tx_id', 't.id')
    .select(['t.id', 'e.amount_minor', 'e.currency'])
    .where('t.external_ref', '=', externalRef)
    .executeTakeFirst()
  if (!booked)
    return post(db, {
      kind: 'recovery',
      cause: `${claimId}: ${counterparty}`,
      externalRef,
      postings: transfer('psp_clearing', 'claims_recovery', amount, currency),
    })
  if (booked.amount_minor === amount && booked.currency === currency) return booked.id
  throw new BusinessError('conflict', `Another amount is booked for ${sourceId} already.`, {
    details: { reason: 'other_terms', tx_id: booked.id, amount_minor: booked.amount_minor, currency: booked.currency },
  })
}
