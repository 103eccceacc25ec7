import type { Day } from '@backroom/calendar'
import { dayOf, daysAfter } from '@backroom/calendar'
import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'

export const demandKeys = ['sku', 'region', 'warehouse', 'day'] as const
export type DemandKey = (typeof demandKeys)[number]

export interface DemandQuery {
  skus?: readonly string[] | undefined
  region?: string | undefined
  warehouse?: string | undefined
  /** Days up to and with today. */
  days: number
  groupBy: readonly DemandKey[]
  /** qty: most wanted first. key: by the groups' names, for readers that want every row. */
  orderBy: 'qty' | 'key'
}

/** Demand of one group; the names that it is grouped by are set. */
export interface DemandRow {
  sku?: string
  region?: string
  warehouse?: string
  day?: Day
  /** Units ordered and not cancelled. */
  qty: number
  /** Order lines. */
  orders: number
  /** Against the same number of days before: 0.25 is a quarter more. Null without demand then, or per day. */
  trend: number | null
  /** Part of all units of the window. */
  share: number
}

export interface DemandReport extends Page<DemandRow> {
  from: Day
  to: Day
  /** Moment up to which orders are counted: all of them. */
  as_of: string
  total_qty: number
}

/**
 * Units ordered per group. Figures are those of this moment, with orders that are not folded into the days yet.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function readDemand(db: Kysely<Tables>, query: DemandQuery, page: PageRequest): Promise<DemandReport> {
  const to = dayOf()
  const window = { from: daysAfter(to, 1 - query.days), to }
  const total = await totalOf(db, query, window)
  const rows = await grouped(db, query, window, page)
  const previous = await previousOf(db, query, window, rows.items)
  return {
    ...rows,
    items: rows.items.map((row) => ({
      ...row,
      trend: trendOf(row.qty, previous.get(nameOf(row))),
      share: total === 0 ? 0 : round(row.qty / total),
    })),
    ...window,
    as_of: new Date().toISOString(),
    total_qty: total,
  }
}

interface Window {
  from: Day
  to: Day
}

type Group = Omit<DemandRow, 'trend' | 'share'>

async function grouped(
  db: Kysely<Tables>,
  query: DemandQuery,
  { from, to }: Window,
  { cursor, limit }: PageRequest,
): Promise<Page<Group>> {
  const keys = keysOf(query)
  const position = z.tuple([z.int(), ...keys.map(() => z.string())] as [z.ZodInt, ...z.ZodString[]])
  const after = decodeCursor(cursor, position)
  const names = namesOf(keys)
  const first: string | number | undefined = after?.at(1)
  const narrowed = await narrow(db, query, { from, to }, String(first ?? ''), limit)
  const { rows } = await sql<Group>`
    with groups as (
      select ${names}, sum(qty)::integer as qty, sum(orders)::integer as orders
      from (${figures(narrowed, from, to)}) figure group by ${names}
    )
    select * from groups where ${query.orderBy === 'qty' ? sql`qty <> 0` : sql`true`}
      ${after ? sql`and ${beyond(after, keys, query.orderBy)}` : sql``}
    order by ${query.orderBy === 'qty' ? sql`qty desc, ` : sql``} ${names} limit ${limit + 1}`.execute(db)
  return pageOf(rows, limit, (row) => [row.qty, ...keys.map((key) => row[key] ?? '')])
}

/**
 * By key, a page needs no more SKUs than it has rows: those that come next, found in their order, so that the page costs
 * the same however many SKUs there are. The one at which the last page ended may have more rows or none.
 */
async function narrow(
  db: Kysely<Tables>,
  query: DemandQuery,
  { from, to }: Window,
  first: string,
  limit: number,
): Promise<DemandQuery> {
  if (query.orderBy === 'qty' || query.skus || !query.groupBy.includes('sku')) return query
  const next = (table: string) => sql`(select distinct sku from ${sql.table(table)}
    where sku >= ${first} and ${conditionsOf(query, from, to)} order by sku limit ${limit + 2})`
  const { rows } = await sql<{ sku: string }>`
    ${next('sku_demand_daily')} union ${next('demand_delta')} order by sku limit ${limit + 2}`.execute(db)
  return { ...query, skus: rows.map(({ sku }) => sku) }
}

/** Units of the groups of a page in as many days before the window; by the text of their names. */
async function previousOf(
  db: Kysely<Tables>,
  query: DemandQuery,
  { from }: Window,
  page: readonly Group[],
): Promise<Map<string, number>> {
  const keys = keysOf(query)
  if (keys.includes('day') || page.length === 0) return new Map()
  const skus = keys.includes('sku') ? page.map(({ sku }) => sku ?? '') : query.skus
  const before = figures({ ...query, skus }, daysAfter(from, -query.days), daysAfter(from, -1))
  const { rows } = await sql<Group>`
    select ${namesOf(keys)}, sum(qty)::integer as qty from (${before}) figure group by ${namesOf(keys)}`.execute(db)
  return new Map(rows.map((row) => [nameOf(row), row.qty]))
}

function keysOf({ groupBy }: DemandQuery): DemandKey[] {
  return demandKeys.filter((key) => groupBy.includes(key))
}

function namesOf(keys: readonly DemandKey[]): RawBuilder<unknown> {
  return sql.join(keys.map((key) => sql.ref(key)))
}

function nameOf({ sku, region, warehouse }: Partial<Group>): string {
  return JSON.stringify([sku, region, warehouse])
}

function beyond(
  [qty, ...values]: (number | string)[],
  keys: readonly DemandKey[],
  orderBy: DemandQuery['orderBy'],
): RawBuilder<unknown> {
  const given = sql.join(values.map((value, index) => (keys[index] === 'day' ? sql`${value}::date` : sql`${value}`)))
  const later = sql`(${namesOf(keys)}) > (${given})`
  return orderBy === 'key' ? later : sql`(qty < ${qty} or (qty = ${qty} and ${later}))`
}

/** Folded days and the changes on top of them, of the SKUs or of all. */
function figures(query: DemandQuery, from: Day, to: Day): RawBuilder<unknown> {
  const folded = query.skus === undefined && !query.groupBy.includes('sku') ? 'demand_daily' : 'sku_demand_daily'
  const columns =
    folded === 'demand_daily' ? sql`region, warehouse, day, qty, orders` : sql`sku, region, warehouse, day, qty, orders`
  const where = conditionsOf(query, from, to)
  return sql`select ${columns} from ${sql.table(folded)} where ${where}
    union all select ${columns} from demand_delta where ${where}`
}

function conditionsOf({ skus, region, warehouse }: DemandQuery, from: Day, to: Day): RawBuilder<unknown> {
  const conditions = [sql`day between ${from}::date and ${to}::date`]
  if (skus !== undefined) conditions.push(sql`sku = any(${skus}::text[])`)
  if (region !== undefined && region !== 'all') conditions.push(sql`region = ${region}`)
  if (warehouse !== undefined) conditions.push(sql`warehouse = ${warehouse}`)
  return sql.join(conditions, sql` and `)
}

/** All units of the window, whatever the SKUs asked for: the whole of which each row is a share. */
async function totalOf(db: Kysely<Tables>, query: DemandQuery, { from, to }: Window): Promise<number> {
  const whole: DemandQuery = { ...query, skus: undefined, groupBy: ['day'] }
  const { rows } = await sql<{ qty: number }>`
    select coalesce(sum(qty), 0)::integer as qty from (${figures(whole, from, to)}) f`.execute(db)
  return rows[0]?.qty ?? 0
}

function trendOf(qty: number, previous: number | undefined): number | null {
  return previous ? round((qty - previous) / previous) : null
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000
}
