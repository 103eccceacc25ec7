import { type Kysely, sql } from 'kysely'
import type { ClaimStatus, Tables } from './database-tables.ts'

/** Where a claim or a recovery disagrees with the rows that it follows from. */
export interface ClaimDifference {
  what: string
  id: string
  expected: string
  found: string
}

/** A claim as it is compared with its order. */
export interface ClaimBooks {
  number: string
  order_id: string
  status: ClaimStatus
  /** Units that orders must keep, or have used, by order line; 0 for money alone. */
  units: ReadonlyMap<string, number>
}

/** A settlement that has come about; minor units. */
export interface SettledMoney {
  id: string
  number: string
  order_id: string
  minor: number
}

/** A recovery whose money came in; minor units. */
export interface RecoveredBooks {
  id: string
  file_number: string
  ledger_tx: string
  minor: number
}

/** Compares every claim and recovery with its lines, decisions, settlements and deadlines. */
export async function claimDifferences(db: Kysely<Tables>): Promise<{ rows: number; differences: ClaimDifference[] }> {
  const { rows: differences } = await sql<ClaimDifference>`
    select what, id, expected, found from claim_differences order by id, what`.execute(db)
  const { rows } = await sql<{ count: number }>`
    select (select count(*) from claim) + (select count(*) from recovery) as count`.execute(db)
  return { rows: rows[0]?.count ?? 0, differences }
}

/** A claim draws under its number, after an appeal with the number of the round. */
const drawName = sql<string>`(case when draw_round = 1 then number else number || '-' || draw_round end) collate "C"`

/** Names under which claims draw now, in order. */
export async function claimDrawNames(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`
    select ${drawName} as name from claim where ${drawName} > ${after} order by name limit ${limit}`.execute(db)
  return rows.map(({ name }) => name)
}

/** The claims that draw under the names, by name. */
export async function readClaims(db: Kysely<Tables>, names: readonly string[]): Promise<Map<string, ClaimBooks>> {
  const { rows } = await sql<UnitsOfLine>`
    select ${drawName} as name, c.number, c.order_id, c.status, l.order_line_id, l.qty,
      l.draw_id is not null and (coalesce(l.approved_minor, 0) > 0
        or not exists (select from settlement s where s.claim_id = c.id)) as drawn
    from claim c join claim_line l on l.claim_id = c.id
    where ${drawName} = any(${names})`.execute(db)
  const books = [...Map.groupBy(rows, ({ name }) => name)].map(([name, lines]): [string, ClaimBooks] => {
    const { number, order_id, status } = lines[0] as UnitsOfLine
    const units = lines.filter(({ drawn }) => drawn).map(({ order_line_id, qty }) => [order_line_id, qty] as const)
    return [name, { number, order_id, status, units: new Map(units) }]
  })
  return new Map(books)
}

/** Names under which claims are just being drawn for, before they exist or are appealed. */
export async function claimsBeingOpened(db: Kysely<Tables>): Promise<Set<string>> {
  const { rows } = await sql<{ id: string }>`
    select id from saga where workflow in ('open_claim', 'appeal_claim') and ended_at is null`.execute(db)
  return new Set(rows.map(({ id }) => id))
}

/** Settlements that have come about, in order. */
export async function settlementIds(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('settlement')
    .select('id')
    .where('status', '=', 'succeeded')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Those of the settlements that have come about. */
export async function readSettlements(db: Kysely<Tables>, ids: readonly string[]): Promise<SettledMoney[]> {
  return db
    .selectFrom('settlement')
    .innerJoin('claim', 'claim.id', 'settlement.claim_id')
    .select(['settlement.id', 'claim.number', 'claim.order_id', 'amount_minor as minor'])
    .where('settlement.id', '=', sql<string>`any(${ids})`)
    .where('settlement.status', '=', 'succeeded')
    .execute()
}

/** Recoveries whose money came in, in order. */
export async function recoveryIds(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from recovery where ledger_tx is not null and id > ${after} order by id limit ${limit}`.execute(db)
  return rows.map(({ id }) => id)
}

/** Those of the recoveries whose money came in. */
export async function readRecoveries(db: Kysely<Tables>, ids: readonly string[]): Promise<RecoveredBooks[]> {
  const { rows } = await sql<RecoveredBooks>`
    select id, file_number, ledger_tx, paid_minor as minor from recovery
    where id = any(${ids}) and ledger_tx is not null`.execute(db)
  return rows
}

interface UnitsOfLine extends Omit<ClaimBooks, 'units'> {
  name: string
  order_line_id: string
  qty: number
  drawn: boolean
}
