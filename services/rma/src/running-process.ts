import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/** Id of the process of a name that is under way for a locked return; undefined when none is, and another may begin. */
export async function runningProcess(
  db: Kysely<Tables>,
  { name }: { name: string },
  rmaId: string,
): Promise<string | undefined> {
  const { rows } = await sql<{ id: string }>`
    select id from saga where subject = ${rmaId} and workflow = ${name} and ended_at is null limit 1`.execute(db)
  return rows[0]?.id
}
