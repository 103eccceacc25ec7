import { type Kysely, sql } from 'kysely'
import type { RmaStatus, Tables } from './database-tables.ts'

/** Where units or money of a return disagree with the rows that they follow from. */
export interface ReturnDifference {
  what: string
  id: string
  stored: number
  counted: number
}

/** A return as it is compared with its order. */
export interface ReturnBooks {
  rma_id: string
  number: string
  order_id: string
  status: RmaStatus
  /** Units that orders must keep, or have used, by order line; null where an advance has used some before. */
  units: ReadonlyMap<string, number> | null
}

/** A resolution that has come about; minor units. */
export interface ResolvedMoney {
  id: string
  number: string
  order_id: string
  minor: number
}

/** Compares every return with its receipts, inspections, dispositions and resolutions. */
export async function returnDifferences(
  db: Kysely<Tables>,
): Promise<{ rows: number; differences: ReturnDifference[] }> {
  const { rows: differences } = await sql<ReturnDifference>`
    select what, id, stored::bigint, counted::bigint from return_differences order by id, what`.execute(db)
  const { rows } = await sql<{ count: number }>`select count(*) as count from rma`.execute(db)
  return { rows: rows[0]?.count ?? 0, differences }
}

/** Numbers of returns, in order. */
export async function returnNumbers(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('rma')
    .select('number')
    .where('number', '>', after)
    .orderBy('number')
    .limit(limit)
    .execute()
  return rows.map(({ number }) => number)
}

/** The returns of those numbers that exist. */
export async function readReturns(db: Kysely<Tables>, numbers: readonly string[]): Promise<Map<string, ReturnBooks>> {
  const { rows } = await sql<UnitsOfLine>`
    select r.id as rma_id, r.number, r.order_id, r.status, l.order_line_id,
      exists (select from resolution a where a.rma_id = r.id and a.advance and a.status <> 'failed') as advanced,
      case
        when r.status in ('requested', 'more_info') then l.drawn_qty
        when r.status in ('cancelled', 'rejected', 'expired') then 0
        when r.status in ('resolved', 'closed') then case when s.kind in ('repair', 'reject') then 0 else l.qty_accepted end
        else l.qty_authorised
      end as qty
    from rma r join rma_line l on l.rma_id = r.id
      left join resolution s on s.rma_id = r.id and not s.advance and s.status = 'succeeded'
    where r.number = any(${numbers})`.execute(db)
  const books = [...Map.groupBy(rows, ({ number }) => number)].map(([number, lines]): [string, ReturnBooks] => {
    const { rma_id, order_id, status, advanced } = lines[0] as UnitsOfLine
    const kept = lines.filter(({ qty }) => qty > 0).map(({ order_line_id, qty }) => [order_line_id, qty] as const)
    return [number, { rma_id, number, order_id, status, units: advanced ? null : new Map(kept) }]
  })
  return new Map(books)
}

/** Numbers of returns that are just being opened. */
export async function returnsBeingOpened(db: Kysely<Tables>): Promise<Set<string>> {
  const { rows } = await sql<{ number: string }>`
    select input ->> 'number' as number from saga where workflow = 'open_return' and ended_at is null`.execute(db)
  return new Set(rows.map(({ number }) => number))
}

/** Resolutions that have come about, in order. */
export async function resolutionIds(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const rows = await db
    .selectFrom('resolution')
    .select('id')
    .where('status', '=', 'succeeded')
    .where('id', '>', after)
    .orderBy('id')
    .limit(limit)
    .execute()
  return rows.map(({ id }) => id)
}

/** Those of the resolutions that have come about. */
export async function readResolutions(db: Kysely<Tables>, ids: readonly string[]): Promise<ResolvedMoney[]> {
  return db
    .selectFrom('resolution')
    .innerJoin('rma', 'rma.id', 'resolution.rma_id')
    .select(['resolution.id', 'rma.number', 'rma.order_id', 'amount_minor as minor'])
    .where('resolution.id', '=', sql<string>`any(${ids})`)
    .where('resolution.status', '=', 'succeeded')
    .execute()
}

interface UnitsOfLine extends Omit<ReturnBooks, 'units'> {
  order_line_id: string
  advanced: boolean
  qty: number
}
