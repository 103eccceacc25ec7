import { BusinessError } from '@backroom/mcp-service'
import { majorUnits } from '@backroom/money'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { countOrders, type OrderFilter, searchOrders } from './order-search.ts'

export type Export = Selectable<Tables['order_export']>

/** Rows that an export may have without somebody agreeing, and rows that it may have at all. */
export const FREE_ROWS = 1_000
const MOST_ROWS = 10_000
const HOURS = 24

/** How many rows an export of these orders would have. */
export function exportSize(db: Kysely<Tables>, filter: OrderFilter): Promise<number> {
  return countOrders(db, filter, MOST_ROWS + 1)
}

/**
 * Keeps what an export is to hold: the orders that match now. It can be read by whoever asked for it, for a day.
 *
 * @throws {BusinessError} limit_exceeded for more than 10,000 orders
 */
export async function makeExport(db: Kysely<Tables>, filter: OrderFilter, requestedBy: string): Promise<Export> {
  const rows = await exportSize(db, filter)
  if (rows > MOST_ROWS) {
    throw new BusinessError('limit_exceeded', `An export has at most ${MOST_ROWS} orders, and more match.`, {
      details: { most_rows: MOST_ROWS },
      nextActions: [{ tool: 'export_orders', hint: 'Narrow it by days or status, and export several times.' }],
    })
  }
  return db
    .insertInto('order_export')
    .values({
      id: `exp_${ulid()}`,
      requested_by: requestedBy,
      filter: JSON.stringify(filter),
      rows,
      as_of: new Date(),
      expires_at: new Date(Date.now() + HOURS * 3_600_000),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

const PAGE = 500

/**
 * The orders of an export as CSV (RFC 4180), one a row, in their state of this moment.
 *
 * @throws {BusinessError} not_found for an export that is somebody else's or over
 */
export async function readExport(db: Kysely<Tables>, id: string, reader: string): Promise<string> {
  const wanted = await db
    .selectFrom('order_export')
    .selectAll()
    .where('id', '=', id)
    .where('requested_by', '=', reader)
    .where('expires_at', '>', new Date())
    .executeTakeFirst()
  if (!wanted) throw unknownExport(id)
  const rows = [Object.keys(columns).join(',')]
  let cursor: string | undefined
  do {
    const page = await searchOrders(db, wanted.filter, { cursor, limit: PAGE })
    for (const order of page.items) {
      if (order.placed_at <= wanted.as_of && rows.length <= wanted.rows) rows.push(rowOf(order))
    }
    cursor = rows.length > wanted.rows ? undefined : page.next_cursor
  } while (cursor)
  return `${rows.join('\r\n')}\r\n`
}

const columns: Record<string, (order: Order) => string | number | null> = {
  number: ({ number }) => number,
  order_id: ({ id }) => id,
  placed_at: ({ placed_at }) => placed_at.toISOString(),
  status: ({ status }) => status,
  payment_status: ({ payment_status }) => payment_status,
  fulfillment_status: ({ fulfillment_status }) => fulfillment_status,
  return_status: ({ return_status }) => return_status,
  customer_id: ({ customer_id }) => customer_id,
  currency: ({ currency }) => currency,
  total: ({ grand_minor, currency }) => majorUnits(grand_minor, currency),
  due: ({ due_minor, currency }) => majorUnits(due_minor, currency),
  promised_by: ({ promised_by }) => promised_by,
  region: ({ region }) => region,
  ship_to_name: ({ ship_to }) => ship_to.name,
  ship_to_city: ({ ship_to }) => ship_to.city,
  ship_to_country: ({ ship_to }) => ship_to.country,
}

function rowOf(order: Order): string {
  return Object.values(columns)
    .map((of) => cell(of(order)))
    .join(',')
}

/** A spreadsheet takes text that begins like a formula for one, so it gets an apostrophe in front. */
function cell(value: string | number | null): string {
  if (typeof value !== 'string') return String(value ?? '')
  const text = /^[=+\-@\t\r]/.test(value) ? `'${value}` : value
  return /[",\r\n]/.test(text) ? `"${text.replaceAll('"', '""')}"` : text
}

function unknownExport(id: string): BusinessError {
  return new BusinessError('not_found', `There is no export ${id} of yours, or it is over.`, {
    nextActions: [{ tool: 'export_orders', hint: 'An export can be read for a day by whoever asked for it.' }],
  })
}
