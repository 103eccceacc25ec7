import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'

/** Something that happened to a claim without moving it. */
export interface Note {
  claimId: string
  type: string
  actor: string
  data?: Record<string, unknown>
}

/** Adds an entry to the history of a claim; subscribers hear of it. */
export async function note(db: Kysely<Tables>, { claimId, type, actor, data = {} }: Note): Promise<void> {
  await db
    .insertInto('claim_event')
    .values({ claim_id: claimId, type, actor, data: JSON.stringify(data) })
    .execute()
}

/** The same for a recovery. */
export async function noteOfRecovery(
  db: Kysely<Tables>,
  { recoveryId, type, actor, data = {} }: Omit<Note, 'claimId'> & { recoveryId: string },
): Promise<void> {
  await db
    .insertInto('recovery_event')
    .values({ recovery_id: recoveryId, type, actor, data: JSON.stringify(data) })
    .execute()
}
