import { sql } from 'kysely'
import type { SealedRow } from './chain.ts'
import type { TrailDatabase } from './trail-database.ts'

const PAGE = 2_000

/**
 * The chain of a trail after a position, in order, with the rows as they are now, as of one moment. `work` gets a function
 * that reads on: an empty page is the end.
 */
export async function withSealedRows<T>(
  db: TrailDatabase,
  work: (rows: (after: number) => Promise<SealedRow[]>, trx: TrailDatabase) => Promise<T>,
): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      // The text of a row must not depend on the settings of a connection.
      await sql`set local timezone = 'UTC'`.execute(trx)
      await sql`set local bytea_output = 'hex'`.execute(trx)
      await sql`set local idle_in_transaction_session_timeout = '10min'`.execute(trx)
      return work((after) => pageAfter(trx, after), trx)
    })
}

// The text is made as `seal_audit` makes it, here and not by a function that somebody could have replaced.
async function pageAfter(db: TrailDatabase, after: number): Promise<SealedRow[]> {
  const { rows } = await sql<SealedRow>`
    select s.position, s.audit_id as "auditId", encode(s.hash, 'hex') as hash,
           (select jsonb_object_agg(key, value)::text from jsonb_each(to_jsonb(a)) where value <> 'null') as entry
    from audit_seal s left join audit a on a.id = s.audit_id
    where s.position > ${after} order by s.position limit ${PAGE}`.execute(db)
  return rows
}
