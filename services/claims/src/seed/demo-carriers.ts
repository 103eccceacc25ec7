import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'

/** Parcel carriers of the demo, as logistics names them, whose contracts give less time to file than freight law. */
export const demoCarriers = ['parcelhop', 'northway', 'budgetpost'] as const

/** Who took the parcels of the demo orders. */
export const ORDER_CARRIER = 'parcelhop'

/** Their rules. */
export async function seedRules(db: Kysely<Tables>): Promise<void> {
  await db
    .insertInto('deadline_rule')
    .values(
      demoCarriers.map((counterparty) => ({
        party: 'carrier' as const,
        counterparty,
        step: 'file' as const,
        within: '60 days',
        alarm_days: 14,
        source: 'Contract with the carrier',
      })),
    )
    .execute()
}
