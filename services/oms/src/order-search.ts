import { daysAfter } from '@backroom/calendar'
import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import { findCustomers } from './customer.ts'
import { orderStatuses, type Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import type { Viewer } from './viewer.ts'

const DayOrMoment = z.union([z.iso.date(), z.iso.datetime()])

/** Which orders a list holds; all that is given must hold. */
export const OrderFilter = z.object({
  query: z
    .string()
    .trim()
    .min(1)
    .max(120)
    .optional()
    .describe('An order number or checkout id, or the beginning of one, of an e-mail address or of a name'),
  customer: z.string().min(1).max(64).optional().describe('Customer id, for example cust-001'),
  sku: z.string().min(1).max(64).optional(),
  status: z.enum(orderStatuses).optional(),
  placed_from: DayOrMoment.optional().describe('Day (UTC) or moment; included'),
  placed_to: DayOrMoment.optional().describe('Day (UTC, included) or moment (excluded)'),
  flags: z
    .array(z.enum(['on_hold', 'late', 'disputed', 'backordered', 'overcharged']))
    .max(5)
    .optional()
    .describe('late: should have left the warehouse. overcharged: paid more than is owed now'),
})

/** `own`: the only customer whose orders may be found, whatever else is asked for. */
export type OrderFilter = z.output<typeof OrderFilter> & { own?: string | undefined }

type Flag = NonNullable<OrderFilter['flags']>[number]

/** A search with the texts of its filter looked up. */
interface Scope {
  customers?: readonly string[] | undefined
  ids?: readonly string[] | undefined
}

/**
 * Orders that match the filter, newest first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function searchOrders(
  db: Kysely<Tables>,
  filter: OrderFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<Order>> {
  const after = decodeCursor(cursor, z.tuple([z.iso.datetime(), z.string()]))
  const scope = await lookUp(db, filter)
  const rows = await select(db, filter, scope, after, limit + 1)
  return pageOf(rows, limit, ({ placed_at, id }) => [placed_at.toISOString(), id])
}

/** How many orders match, counted up to `most`. */
export async function countOrders(db: Kysely<Tables>, filter: OrderFilter, most: number): Promise<number> {
  return (await select(db, filter, await lookUp(db, filter), undefined, most)).length
}

/** Up to 20 numbers that start with what was typed, the newest first. */
export async function completeNumber(db: Kysely<Tables>, typed: string, { customerId }: Viewer): Promise<string[]> {
  const from = typed.toUpperCase()
  let query = db
    .selectFrom('orders')
    .select('number')
    .where('number', '>=', from)
    .where('number', '<', `${from}\u{10ffff}`)
  if (customerId !== undefined) query = query.where('customer_id', '=', customerId)
  const rows = await query.orderBy('number', 'desc').limit(20).execute()
  return rows.map(({ number }) => number)
}

/**
 * Every form has an index that yields its rows in order, so that a page costs the same however many orders there are: all
 * orders, those of a status, those of each customer, those with a SKU.
 */
async function select(
  db: Kysely<Tables>,
  filter: OrderFilter,
  { customers, ids }: Scope,
  after: [string, string] | undefined,
  limit: number,
): Promise<Order[]> {
  if (customers?.length === 0 || ids?.length === 0) return []
  const conditions = [...conditionsOf(filter), ids && sql`o.id = any(${ids})`].filter(
    (condition) => condition !== undefined,
  )
  if (customers) return ofCustomers(db, customers, conditions, filter.sku, after, limit)
  if (filter.sku !== undefined) return withSku(db, filter, conditions, after, limit)
  const all = after ? [...conditions, before(after, sql`o.placed_at`, sql`o.id`)] : conditions
  const { rows } = await sql<Order>`select o.* from orders o where ${every(all)}
    order by o.placed_at desc, o.id desc limit ${limit}`.execute(db)
  return rows
}

async function ofCustomers(
  db: Kysely<Tables>,
  customers: readonly string[],
  conditions: readonly RawBuilder<unknown>[],
  sku: string | undefined,
  after: [string, string] | undefined,
  limit: number,
): Promise<Order[]> {
  const all = [
    ...conditions,
    sku === undefined ? undefined : sql`exists (select from order_line l where l.order_id = o.id and l.sku = ${sku})`,
    after && before(after, sql`o.placed_at`, sql`o.id`),
  ].filter((condition) => condition !== undefined)
  const { rows } = await sql<Order>`select o.* from unnest(${customers}::text[]) as c (id), lateral (
      select * from orders o where o.customer_id = c.id and ${every(all)}
      order by o.customer_id, o.placed_at desc, o.id desc limit ${limit}) o
    order by o.placed_at desc, o.id desc limit ${limit}`.execute(db)
  return rows
}

/** The index of lines holds all that decides the order of the list, so that only the orders of the page are read. */
async function withSku(
  db: Kysely<Tables>,
  filter: OrderFilter,
  conditions: readonly RawBuilder<unknown>[],
  after: [string, string] | undefined,
  limit: number,
): Promise<Order[]> {
  const lines = [sql`sku = ${filter.sku}`, ...placedWithin(filter, sql`placed_at`)]
  if (after) lines.push(before(after, sql`placed_at`, sql`order_id`))
  const { rows } = await sql<Order>`select o.* from (
      select distinct placed_at, order_id from order_line where ${every(lines)}
      order by placed_at desc, order_id desc) l
    join orders o on o.id = l.order_id where ${every(conditions)}
    order by l.placed_at desc, l.order_id desc limit ${limit}`.execute(db)
  return rows
}

function conditionsOf({ status, flags = [], ...filter }: OrderFilter): RawBuilder<unknown>[] {
  return [
    ...(status === undefined ? [] : [sql`o.status = ${status}`]),
    ...placedWithin(filter, sql`o.placed_at`),
    ...flags.map((flag) => flagConditions[flag]),
  ]
}

function placedWithin({ placed_from, placed_to }: OrderFilter, moment: RawBuilder<unknown>): RawBuilder<unknown>[] {
  return [
    ...(placed_from === undefined ? [] : [sql`${moment} >= ${startOf(placed_from)}::timestamptz`]),
    ...(placed_to === undefined ? [] : [sql`${moment} < ${endOf(placed_to)}::timestamptz`]),
  ]
}

/** Each is the predicate of a small partial index, or of a small set. */
const flagConditions: Record<Flag, RawBuilder<unknown>> = {
  on_hold: sql`o.id = any(array(select order_id from order_hold where released_at is null))`,
  late: sql`o.ship_by < now() and o.status in ('confirmed', 'processing', 'on_hold', 'partially_cancelled')
    and o.fulfillment_status in ('unfulfilled', 'partially_shipped', 'partially_delivered')`,
  disputed: sql`o.dispute_open`,
  backordered: sql`o.backordered`,
  overcharged: sql`o.payment_status = 'overcharged'`,
}

/** Most orders that the beginning of a number stands for. */
const MOST_NUMBERS = 100

async function lookUp(db: Kysely<Tables>, { query, customer, own }: OrderFilter): Promise<Scope> {
  const named = both(customer, own)
  if (query === undefined) return { customers: named }
  if (/^(ord[-_]|chk_)/i.test(query)) return { ids: await idsOf(db, query), customers: named }
  return { customers: await findCustomers(db, query, named) }
}

/** The one customer that both mean; none when they differ; undefined when neither names one. */
function both(customer: string | undefined, own: string | undefined): string[] | undefined {
  if (customer !== undefined && own !== undefined && customer !== own) return []
  const one = own ?? customer
  return one === undefined ? undefined : [one]
}

/** Ids of the newest orders whose number starts with what was typed, or of the order with that id or checkout. */
async function idsOf(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const number = typed.toUpperCase()
  const { rows } = await sql<{ id: string }>`
    (select id from orders where id = ${typed} or checkout_id = ${typed})
    union (select id from orders where number >= ${number} and number < ${`${number}\u{10ffff}`}
      order by number desc limit ${MOST_NUMBERS})`.execute(db)
  return rows.map(({ id }) => id)
}

function before([placedAt, id]: [string, string], moment: RawBuilder<unknown>, key: RawBuilder<unknown>) {
  return sql`(${moment}, ${key}) < (${placedAt}::timestamptz, ${id})`
}

function every(conditions: readonly RawBuilder<unknown>[]): RawBuilder<unknown> {
  return conditions.length === 0 ? sql`true` : sql.join([...conditions], sql` and `)
}

function startOf(from: string): string {
  return from.includes('T') ? from : `${from}T00:00:00Z`
}

function endOf(to: string): string {
  return to.includes('T') ? to : `${daysAfter(to, 1)}T00:00:00Z`
}
