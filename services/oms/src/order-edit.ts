import { BusinessError } from '@backroom/mcp-service'
import { shareOf } from '@backroom/money'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import { type Cut, cancellable, planCuts } from './cancellation.ts'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { isLiving } from './order-actions.ts'
import { linesOf, type NewLine, paidMinor } from './order-line.ts'

export type Change = Selectable<Tables['order_change']>

/** What somebody wants changed. Prices come from earlier orders of the SKU unless they are named; minor units. */
export type EditAction =
  | ({ action: 'add' } & WantedGoods)
  | { action: 'remove'; order_line_id: string }
  | { action: 'set_quantity'; order_line_id: string; qty: number }
  | ({ action: 'swap'; order_line_id: string } & WantedGoods)

export interface WantedGoods {
  sku: string
  qty: number
  unit_minor?: number | undefined
  title?: string | undefined
}

/** What follows from the actions: units that go and lines that come. Shipped units stay as they are. */
export interface EditPlan {
  cuts: (Cut & { sku: string; amountMinor: number })[]
  additions: NewLine[]
}

const OPEN_MINUTES = 60

/**
 * Works out what an edit would do and keeps it for an hour; nothing changes yet.
 *
 * @throws {BusinessError} not_found for unknown lines or a SKU without a price; invalid_transition for an order that is
 * over, or units that have been shipped; invalid_argument for an edit that changes nothing
 */
export async function proposeEdit(
  db: Kysely<Tables>,
  order: Order,
  actions: readonly EditAction[],
  requestedBy: string,
): Promise<Change> {
  if (!isLiving(order)) throw notEditable(order)
  const plan = await planEdit(db, order, actions)
  if (plan.cuts.length === 0 && plan.additions.length === 0)
    throw new BusinessError('invalid_argument', 'These actions change nothing.')
  return db
    .insertInto('order_change')
    .values({
      id: `chg_${ulid()}`,
      order_id: order.id,
      type: 'edit',
      actions: JSON.stringify(actions),
      plan: JSON.stringify(plan),
      status: 'proposed',
      price_delta_minor: priceDelta(plan),
      currency: order.currency,
      order_version: order.version,
      requested_by: requestedBy,
      expires_at: new Date(Date.now() + OPEN_MINUTES * 60_000),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws {BusinessError} not_found */
export async function getChange(db: Kysely<Tables>, id: string, lock = false): Promise<Change> {
  const query = db.selectFrom('order_change').selectAll().where('id', '=', id)
  const change = await (lock ? query.forUpdate() : query).executeTakeFirst()
  if (change) return change
  throw new BusinessError('not_found', `There is no order change ${id}.`, {
    nextActions: [{ tool: 'propose_order_edit', hint: 'A change comes from here and is good for an hour.' }],
  })
}

/**
 * Confirms a locked change: what was proposed is what will be done. A change that is confirmed or applied already stays so.
 *
 * @throws {BusinessError} conflict when it was declined, has expired, raises the price, or the order has changed since
 */
export async function confirmChange(db: Kysely<Tables>, change: Change, order: Order): Promise<void> {
  if (change.status === 'confirmed' || change.status === 'applied') return
  requireConfirmable(change, order)
  await setChangeStatus(db, change.id, 'confirmed')
}

/** Moves a change on. */
export async function setChangeStatus(db: Kysely<Tables>, id: string, status: Change['status']): Promise<void> {
  await db.updateTable('order_change').set({ status }).where('id', '=', id).execute()
}

function requireConfirmable(change: Change, order: Order): void {
  const again = { nextActions: [{ tool: 'propose_order_edit', arguments: { order_id: change.order_id } }] }
  if (change.status === 'declined') throw new BusinessError('conflict', `${change.id} was declined.`, again)
  if (change.expires_at <= new Date()) throw new BusinessError('conflict', `${change.id} has expired.`, again)
  if (order.version !== change.order_version)
    throw new BusinessError('version_conflict', `${order.number} has changed since ${change.id} was proposed.`, {
      ...again,
      details: { expected_version: change.order_version, version: order.version },
    })
  if (change.price_delta_minor > 0)
    throw new BusinessError(
      'conflict',
      `${change.id} raises the price, which only the customer can authorise. Nothing was changed.`,
      {
        details: { reason: 'needs_customer_authorisation', price_delta_minor: change.price_delta_minor },
        nextActions: [{ hint: 'Ask the customer to order what is added in the shop, and propose the rest again.' }],
      },
    )
}

async function planEdit(db: Kysely<Tables>, order: Order, actions: readonly EditAction[]): Promise<EditPlan> {
  const lines = await linesOf(db, [order.id])
  const lineOf = (id: string) => {
    const line = lines.find((each) => each.id === id)
    if (line) return line
    throw new BusinessError('not_found', `${order.number} has no line ${id}.`)
  }
  const cuts: Cut[] = []
  const wanted: WantedGoods[] = []
  for (const action of actions) {
    if (action.action === 'add') {
      wanted.push(action)
      continue
    }
    const line = lineOf(action.order_line_id)
    const { sku, title, unit_minor } = line
    if (action.action === 'set_quantity' && action.qty > line.qty_current) {
      wanted.push({ sku, title, unit_minor, qty: action.qty - line.qty_current })
    } else {
      const qty = action.action === 'set_quantity' ? line.qty_current - action.qty : cancellable(line)
      cuts.push({ orderLineId: line.id, qty })
    }
    if (action.action === 'swap') wanted.push(action)
  }
  const priced = await planCuts(db, order, cuts)
  return {
    cuts: priced.map(({ orderLineId, qty, amountMinor, line: { sku } }) => ({ orderLineId, qty, amountMinor, sku })),
    additions: await Promise.all(wanted.map((goods) => priceGoods(db, order, goods))),
  }
}

/** A line is added at the price at which the SKU was last sold, with the tax rate of the order, and ships with it. */
async function priceGoods(db: Kysely<Tables>, order: Order, goods: WantedGoods): Promise<NewLine> {
  const last = await db
    .selectFrom('order_line')
    .innerJoin('orders', 'orders.id', 'order_line.order_id')
    .select(['product_id', 'title', 'unit_minor'])
    .where('sku', '=', goods.sku)
    .where('currency', '=', order.currency)
    .orderBy('order_line.placed_at', 'desc')
    .limit(1)
    .executeTakeFirst()
  const unitMinor = goods.unit_minor ?? last?.unit_minor
  if (unitMinor === undefined) throw noPrice(goods.sku)
  const taxable = order.subtotal_minor - order.discount_minor
  return {
    orderLineId: `oln_${ulid()}`,
    sku: goods.sku,
    productId: last?.product_id ?? goods.sku,
    title: goods.title ?? last?.title ?? goods.sku,
    qty: goods.qty,
    unitMinor,
    discountMinor: 0,
    shippingMinor: 0,
    taxMinor: taxable > 0 ? shareOf(goods.qty * unitMinor, order.tax_minor, taxable) : 0,
  }
}

function priceDelta({ cuts, additions }: EditPlan): number {
  const added = additions.reduce((sum, line) => sum + paidMinor(line), 0)
  return cuts.reduce((sum, { amountMinor }) => sum - amountMinor, added)
}

function noPrice(sku: string): BusinessError {
  return new BusinessError('not_found', `${sku} has never been sold here, so its price is not known.`, {
    nextActions: [{ hint: 'Name unit_minor and title.' }],
  })
}

function notEditable(order: Order): BusinessError {
  return new BusinessError('invalid_transition', `${order.number} is ${order.status} and cannot be edited.`, {
    details: {
      status: order.status,
      wanted: 'edit',
      legal: ['confirmed', 'processing', 'on_hold', 'partially_cancelled'],
    },
  })
}
