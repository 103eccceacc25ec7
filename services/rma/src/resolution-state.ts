import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

export type Resolution = Selectable<Tables['resolution']>

/** The advance of a return that was paid or is being paid. */
export function advanceInForce(db: Kysely<Tables>, rmaId: string): Promise<Resolution | undefined> {
  return inForce(db, rmaId, true)
}

/** The resolution that ends a return, under way or done. */
export function resolutionInForce(db: Kysely<Tables>, rmaId: string): Promise<Resolution | undefined> {
  return inForce(db, rmaId, false)
}

/** Resolutions of returns, in order. */
export function resolutionsOf(db: Kysely<Tables>, rmaIds: readonly string[]): Promise<Resolution[]> {
  return db
    .selectFrom('resolution')
    .selectAll()
    .where('rma_id', '=', sql<string>`any(${rmaIds})`)
    .orderBy('created_at')
    .orderBy('id')
    .execute()
}

/** @throws {BusinessError} not_found */
export async function getResolution(db: Kysely<Tables>, id: string): Promise<Resolution> {
  const row = await db.selectFrom('resolution').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `There is no resolution ${id}.`)
}

function inForce(db: Kysely<Tables>, rmaId: string, advance: boolean): Promise<Resolution | undefined> {
  return db
    .selectFrom('resolution')
    .selectAll()
    .where('rma_id', '=', rmaId)
    .where('advance', '=', advance)
    .where('status', '!=', 'failed')
    .executeTakeFirst()
}
