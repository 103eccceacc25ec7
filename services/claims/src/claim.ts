import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { everything, type Viewer } from './viewer.ts'

export type Claim = Selectable<Tables['claim']>
export type ClaimLine = Selectable<Tables['claim_line']>

/**
 * A claim by its number, or by the handle of a call about it, which begins with the number; if the viewer may see it.
 *
 * @throws {BusinessError} not_found
 */
export function getClaim(db: Kysely<Tables>, number: string, viewer: Viewer = everything): Promise<Claim> {
  return find(db, number, viewer, false)
}

/** Like {@link getClaim}, and nobody else changes the claim until the transaction ends. Lock before any change. */
export function lockClaim(db: Kysely<Tables>, number: string, viewer: Viewer = everything): Promise<Claim> {
  return find(db, number, viewer, true)
}

/** Lines of claims, in the order of their order lines. */
export function linesOf(db: Kysely<Tables>, claimIds: readonly string[]): Promise<ClaimLine[]> {
  return db
    .selectFrom('claim_line')
    .selectAll()
    .where('claim_id', '=', sql<string>`any(${claimIds})`)
    .orderBy('claim_id')
    .orderBy('order_line_id')
    .execute()
}

/** The next number of a claim: CLM-2026-000123. Numbers of claims that were not opened are not used again. */
export async function nextNumber(db: Kysely<Tables>): Promise<string> {
  const { rows } = await sql<{ number: string }>`
    select 'CLM-' || to_char(now() at time zone 'utc', 'YYYY-') || lpad(nextval('claim_number')::text, 6, '0') as number`.execute(
    db,
  )
  return (rows[0] as { number: string }).number
}

/** @throws {BusinessError} version_conflict when the caller decided on an older state of the claim */
export function requireVersion({ number, version }: Claim, expected: number | undefined): void {
  if (expected === undefined || expected === version) return
  throw new BusinessError('version_conflict', `${number} has changed: it is at version ${version} now.`, {
    details: { expected_version: expected, version },
    nextActions: [{ tool: 'get_claim', arguments: { claim_number: number }, hint: 'Read it again, then decide.' }],
  })
}

/** What a caller hears about a claim that does not exist or is not theirs. */
export function unknownClaim(number: string): BusinessError {
  return new BusinessError('not_found', `There is no claim ${number}.`, {
    nextActions: [
      { tool: 'list_claims', hint: 'Look it up by order or status; one that is being opened shows in a moment.' },
    ],
  })
}

async function find(db: Kysely<Tables>, number: string, { customerId }: Viewer, lock: boolean): Promise<Claim> {
  const own = /^CLM-\d{4}-\d+/.exec(number)?.[0] ?? number
  let query = db.selectFrom('claim').selectAll().where('number', '=', own)
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  if (lock) query = query.forUpdate()
  const claim = await query.executeTakeFirst()
  if (claim) return claim
  throw unknownClaim(number)
}
