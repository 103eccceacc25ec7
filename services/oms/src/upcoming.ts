import type { Page, PageRequest } from '@backroom/mcp-service'
import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, type RawBuilder, sql } from 'kysely'
import { z } from 'zod'
import type { FulfillmentStatus, OrderStatus, Tables } from './database-tables.ts'
import { openHolds } from './hold.ts'

export const slaRisks = ['late', 'blocked', 'at_risk', 'on_track'] as const
export type SlaRisk = (typeof slaRisks)[number]

/** An order that has to leave a warehouse. */
export interface UpcomingOrder {
  order_id: string
  number: string
  status: OrderStatus
  fulfillment_status: FulfillmentStatus
  customer_id: string
  region: string
  warehouses: string[]
  units_to_ship: number
  ship_by: string
  promised_by: string
  holds: string[]
  /** late: ship_by has passed. blocked: a hold stops it. at_risk: less than a day is left. */
  sla_risk: SlaRisk
  why: string
}

export interface UpcomingFilter {
  warehouse?: string | undefined
  region?: string | undefined
  /** ISO moment. */
  dueBefore?: string | undefined
  status?: readonly OrderStatus[] | undefined
  customerId?: string | undefined
}

/** Statuses of orders that may still have to leave a warehouse. */
export const dueStatuses = ['confirmed', 'processing', 'on_hold', 'partially_cancelled'] as const

/**
 * Orders with units to be sent, the most urgent first.
 *
 * @throws {BusinessError} invalid_argument for a foreign cursor
 */
export async function upcomingOrders(
  db: Kysely<Tables>,
  filter: UpcomingFilter,
  { cursor, limit }: PageRequest,
): Promise<Page<UpcomingOrder>> {
  const after = decodeCursor(cursor, z.tuple([z.iso.datetime(), z.string()]))
  const rows = await select(db, filter, after, limit + 1)
  const page = pageOf(rows, limit, ({ ship_by, key }) => [ship_by.toISOString(), key])
  const ids = page.items.map(({ id }) => id)
  const units = new Map((await unitsToShip(db, ids)).map((row) => [row.order_id, row]))
  const holds = Map.groupBy(await openHolds(db, ids), ({ order_id }) => order_id)
  const now = new Date()
  return {
    ...page,
    items: page.items.map((row) => {
      const kinds = (holds.get(row.id) ?? []).map(({ kind }) => kind)
      const { warehouses, to_ship: units_to_ship } = units.get(row.id) ?? { warehouses: [], to_ship: 0 }
      return {
        order_id: row.id,
        number: row.number,
        status: row.status,
        fulfillment_status: row.fulfillment_status,
        customer_id: row.customer_id,
        region: row.region,
        warehouses,
        units_to_ship,
        ship_by: row.ship_by.toISOString(),
        promised_by: row.promised_by,
        holds: kinds,
        ...riskOf(row.ship_by, kinds, warehouses, now),
      }
    }),
  }
}

interface DueRow {
  key: string
  id: string
  number: string
  status: OrderStatus
  fulfillment_status: FulfillmentStatus
  customer_id: string
  region: string
  ship_by: Date
  promised_by: string
}

/** Of one warehouse: its fulfilment orders, of which an order with several shows once. Else: the orders themselves. */
async function select(
  db: Kysely<Tables>,
  { warehouse, region, dueBefore, status, customerId }: UpcomingFilter,
  after: [string, string] | undefined,
  limit: number,
): Promise<DueRow[]> {
  const [table, key] = warehouse === undefined ? [sql`o`, sql`o.id`] : [sql`f`, sql`f.id`]
  const conditions: RawBuilder<unknown>[] = [
    sql`o.status in ('confirmed', 'processing', 'on_hold', 'partially_cancelled')`,
  ]
  if (region !== undefined && region !== 'all') conditions.push(sql`o.region = ${region}`)
  if (customerId !== undefined) conditions.push(sql`o.customer_id = ${customerId}`)
  if (dueBefore !== undefined) conditions.push(sql`${table}.ship_by < ${dueBefore}::timestamptz`)
  if (status !== undefined) conditions.push(sql`o.status = any(${status}::text[])`)
  if (after) conditions.push(sql`(${table}.ship_by, ${key}) > (${after[0]}::timestamptz, ${after[1]})`)
  const source =
    warehouse === undefined
      ? sql`orders o where o.fulfillment_status in ('unfulfilled', 'partially_shipped', 'partially_delivered')`
      : sql`fulfillment_order f join orders o on o.id = f.order_id
        where f.warehouse = ${warehouse} and f.status in ('open', 'picking', 'packed') and not exists (
          select from fulfillment_order e where e.order_id = f.order_id and e.warehouse = f.warehouse
            and e.status in ('open', 'picking', 'packed') and e.id < f.id)`
  const { rows } = await sql<DueRow>`
    select ${key} as key, o.id, o.number, o.status, o.fulfillment_status, o.customer_id, o.region, o.promised_by,
      ${table}.ship_by
    from ${source} and ${sql.join(conditions, sql` and `)}
    order by ${table}.ship_by, ${key} limit ${limit}`.execute(db)
  return rows
}

async function unitsToShip(db: Kysely<Tables>, orderIds: readonly string[]) {
  const { rows } = await sql<{ order_id: string; to_ship: number; warehouses: string[] }>`
    select l.order_id, sum(l.qty_current - l.qty_shipped)::integer as to_ship,
      array(select distinct f.warehouse from fulfillment_order f where f.order_id = l.order_id
        and f.status in ('open', 'picking', 'packed') order by 1) as warehouses
    from order_line l where l.order_id = any(${orderIds}) group by l.order_id`.execute(db)
  return rows
}

const HOUR_MS = 3_600_000

function riskOf(
  shipBy: Date,
  holds: readonly string[],
  warehouses: readonly string[],
  now: Date,
): Pick<UpcomingOrder, 'sla_risk' | 'why'> {
  const hours = Math.round((+shipBy - +now) / HOUR_MS)
  if (hours < 0) return { sla_risk: 'late', why: `It should have left ${-hours} hours ago${blockedBy(holds)}.` }
  if (holds.length > 0) return { sla_risk: 'blocked', why: `A hold stops it (${holds.join(', ')}).` }
  if (warehouses.length === 0) return { sla_risk: 'at_risk', why: 'No warehouse has its goods yet.' }
  if (hours < 24) return { sla_risk: 'at_risk', why: `It has to leave within ${hours} hours.` }
  return { sla_risk: 'on_track', why: `${hours} hours are left.` }
}

function blockedBy(holds: readonly string[]): string {
  return holds.length > 0 ? ` and is on hold (${holds.join(', ')})` : ''
}
