import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import { type ProductReference, productIdOf } from './catalogue.ts'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import type { Order, OrderLine } from './order.ts'

// Holds what customers ask to send back until RMA takes returns over; nothing else reads or writes its tables.

/** Units of one product to send back. */
export interface ReturnWish {
  product: ProductReference
  quantity: number
}

export type ReturnRequest = Selectable<Tables['return_request']> & {
  lines: { line: number; productId: string; name: string; quantity: number }[]
}

/** Days after delivery in which a return can be asked for. */
export const RETURN_DAYS = 30

export function newReturnId(): string {
  return `rma_${ulid()}`
}

/**
 * Records a return of some units of an order, or of all that have not been returned yet. Recording the same id again finds
 * the return.
 *
 * @throws {BusinessError} `invalid_transition` for a cancelled order, `policy_denied` after the return period,
 *   `limit_exceeded` for more units than are left
 */
export async function requestReturn(
  db: Kysely<Tables>,
  shopper: Shopper,
  wish: { returnId: string; order: Order; reason: string; lines?: ReturnWish[] | undefined },
): Promise<ReturnRequest> {
  const { returnId, order } = wish
  // Returns of one order take turns, so that each sees what the others take.
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${`|return|${order.order_id}`}, 0))`.execute(
    db,
  )
  const recorded = await findReturn(db, shopper, returnId)
  if (recorded) return recorded
  requireReturnable(order)
  const left = await unitsLeft(db, order)
  const lines = wish.lines
    ? await wantedLines(db, order, left, wish.lines)
    : [...left].filter(([, quantity]) => quantity > 0)
  if (lines.length === 0) throw nothingLeft(order, await requestsOf(db, order.order_id))
  const request = await db
    .insertInto('return_request')
    .values({
      return_id: returnId,
      rma_number: sql`'RMA-' || to_char(now(), 'YYYY') || '-' || lpad(nextval('return_number')::text, 6, '0')`,
      order_id: order.order_id,
      customer_id: shopper.customerId,
      status: 'requested',
      reason_untrusted: wish.reason,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await db
    .insertInto('return_line')
    .values(
      lines.map(([{ line, product_id, title }, quantity]) => ({
        return_id: returnId,
        order_id: order.order_id,
        line,
        product_id,
        name: title,
        quantity,
      })),
    )
    .execute()
  const [complete] = await withLines(db, [request])
  return complete ?? { ...request, lines: [] }
}

/** @throws {BusinessError} `not_found`, for the returns of others too */
export async function getReturn(db: Kysely<Tables>, shopper: Shopper, reference: string): Promise<ReturnRequest> {
  const found = await findReturn(db, shopper, reference)
  if (found) return found
  throw new BusinessError('not_found', `You have no return ${reference}.`, {
    nextActions: [{ tool: 'initiate_return', hint: 'Returns begin there; only ids that it returned exist.' }],
  })
}

async function findReturn(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  reference: string,
): Promise<ReturnRequest | undefined> {
  const request = await db
    .selectFrom('return_request')
    .selectAll()
    .where('customer_id', '=', customerId)
    .where((where) => where.or([where('return_id', '=', reference), where('rma_number', '=', reference)]))
    .executeTakeFirst()
  return request ? (await withLines(db, [request]))[0] : undefined
}

/** Returns of one order, oldest first. */
export async function requestsOf(db: Kysely<Tables>, orderId: string): Promise<ReturnRequest[]> {
  const requests = await db
    .selectFrom('return_request')
    .selectAll()
    .where('order_id', '=', orderId)
    .orderBy('return_id')
    .execute()
  return withLines(db, requests)
}

function requireReturnable({ number, status, shipments }: Order): void {
  if (status === 'cancelled') {
    throw new BusinessError('invalid_transition', `${number} was cancelled; there is nothing to send back.`, {
      details: { status, legal: [] },
    })
  }
  const delivered = shipments.map(({ delivered_at }) =>
    delivered_at ? Date.parse(delivered_at) : Number.POSITIVE_INFINITY,
  )
  const last = delivered.length === 0 ? Number.POSITIVE_INFINITY : Math.max(...delivered) + RETURN_DAYS * 86_400_000
  if (last < Date.now()) {
    throw new BusinessError(
      'policy_denied',
      `${number} could be returned until ${new Date(last).toISOString().slice(0, 10)}, ${RETURN_DAYS} days after delivery.`,
    )
  }
}

type Units = [OrderLine, number]

async function unitsLeft(db: Kysely<Tables>, { order_id, lines }: Order): Promise<Map<OrderLine, number>> {
  const returned = await db
    .selectFrom('return_line')
    .innerJoin('return_request', 'return_request.return_id', 'return_line.return_id')
    .select(['line', sql<number>`sum(quantity)::int`.as('quantity')])
    .where('return_line.order_id', '=', order_id)
    .where('status', '!=', 'cancelled')
    .groupBy('line')
    .execute()
  const taken = new Map(returned.map(({ line, quantity }) => [line, quantity]))
  return new Map(lines.map((line) => [line, line.qty_current - (taken.get(line.line) ?? 0)]))
}

async function wantedLines(
  db: Kysely<Tables>,
  order: Order,
  left: Map<OrderLine, number>,
  wishes: ReturnWish[],
): Promise<Units[]> {
  const wanted = new Map<OrderLine, number>()
  for (const { product, quantity } of wishes) {
    const productId = await productIdOf(db, product)
    const line = order.lines.find((each) => each.product_id === productId)
    if (!line) {
      throw new BusinessError('not_found', `${order.number} has no product ${product}.`, {
        details: { product_ids: order.lines.map((each) => each.product_id) },
      })
    }
    wanted.set(line, (wanted.get(line) ?? 0) + quantity)
  }
  for (const [line, quantity] of wanted) {
    const available = left.get(line) ?? 0
    if (quantity <= available) continue
    throw new BusinessError(
      'limit_exceeded',
      `Of ${line.title}, ${available} can still be returned, not ${quantity}.`,
      {
        details: { product_id: line.product_id, returnable: available },
      },
    )
  }
  return [...wanted]
}

function nothingLeft({ number }: Order, requests: ReturnRequest[]): BusinessError {
  const [latest] = requests.slice(-1)
  return new BusinessError('conflict', `Everything in ${number} is already being returned.`, {
    details: latest ? { return_id: latest.return_id, rma_number: latest.rma_number } : {},
    nextActions: latest ? [{ tool: 'get_return_status', arguments: { return_id: latest.return_id } }] : [],
  })
}

async function withLines(
  db: Kysely<Tables>,
  requests: Selectable<Tables['return_request']>[],
): Promise<ReturnRequest[]> {
  const rows = await db
    .selectFrom('return_line')
    .select(['return_id', 'line', 'product_id as productId', 'name', 'quantity'])
    .where('return_id', '=', sql<string>`any(${requests.map((request) => request.return_id)})`)
    .orderBy('return_id')
    .orderBy('line')
    .execute()
  const lines = Map.groupBy(rows, (row) => row.return_id)
  return requests.map((request) => ({
    ...request,
    lines: (lines.get(request.return_id) ?? []).map(({ return_id: _, ...line }) => line),
  }))
}
