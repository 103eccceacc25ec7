import { type Kysely, sql } from 'kysely'

/** Runs `seed` if this schema has no demo data yet; replicas that start together wait for the first. */
export async function seedOnce<Schema>(
  db: Kysely<Schema>,
  schema: string,
  seed: (db: Kysely<Schema>) => Promise<void>,
): Promise<void> {
  await db.transaction().execute(async (trx) => {
    await sql`select pg_advisory_xact_lock(hashtextextended(${`${schema}|seed`}, 0))`.execute(trx)
    const { rows } = await sql`select 1 from seeded`.execute(trx)
    if (rows.length > 0) return
    await seed(trx)
    await sql`insert into seeded default values`.execute(trx)
  })
}
