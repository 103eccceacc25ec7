import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/**
 * Puts every product on sale into its tier: 1 are the 2,000 best sellers, 2 the next 20,000, 3 all others. Replicas may ask for
 * it at once. A new product waits in tier 3.
 */
export async function rankProducts(db: Kysely<Tables>): Promise<void> {
  await db.transaction().execute(async (trx) => {
    // A catalogue that was just filled moves most of its products.
    await sql`set local statement_timeout = 0`.execute(trx)
    await sql`select rank_products()`.execute(trx)
  })
}
