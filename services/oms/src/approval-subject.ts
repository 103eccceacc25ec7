import { type ApprovalSubject, type Caller, shortList } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { openHolds } from './hold.ts'
import { getOrder, type Order } from './order.ts'
import type { EditPlan } from './order-edit.ts'
import { viewerOf } from './viewer.ts'

/** The order that a call changes. */
export async function orderSubject(db: Kysely<Tables>, reference: string, caller: Caller): Promise<ApprovalSubject> {
  const order = await getOrder(db, reference, viewerOf(caller))
  const { name, line1, line2, postal_code, city, region, country } = order.ship_to
  const holds = await openHolds(db, [order.id])
  return {
    name: `order ${order.number} of customer ${order.customer_id}`,
    version: order.version,
    state: {
      Status: order.status.replaceAll('_', ' '),
      'Goes to': [name, line1, line2, postal_code, city, region, country].filter(Boolean).join(', '),
      'Costs the customer': formatMoney(order.due_minor, order.currency),
      'Being changed': await changeUnderWay(db, order),
      ...Object.fromEntries(holds.map(({ id, kind }) => [`Hold ${id}`, kind.replaceAll('_', ' ')])),
    },
  }
}

/** The process that a call has undone. What it has done by now is not what it will have done, but it does not start anew. */
export async function processSubject(db: Kysely<Tables>, id: string): Promise<ApprovalSubject | undefined> {
  const saga = await db.selectFrom('saga').select(['kind', 'subject', 'state']).where('id', '=', id).executeTakeFirst()
  if (!saga) return undefined
  const { kind, subject, state } = saga
  return { name: `${kind.replaceAll(/[-_]/g, ' ')} of ${subject}`, version: state, state: { State: state } }
}

/** The lot that a call recalls, once. */
export async function lotSubject(db: Kysely<Tables>, lot: string): Promise<ApprovalSubject> {
  const saga = await db.selectFrom('saga').select('id').where('id', '=', `recall:${lot}`).executeTakeFirst()
  const state = saga ? 'begun' : 'none'
  return { name: `lot ${lot}`, version: state, state: { Recall: state } }
}

/** The order that a call places. */
export function newOrderSubject({
  customer,
  lines,
}: {
  customer: { customer_id: string }
  lines: readonly { sku: string; qty: number }[]
}): ApprovalSubject {
  const units = shortList(lines.map(({ sku, qty }) => `${qty} × ${sku}`))
  return { name: `${units} for customer ${customer.customer_id}`, version: 'new' }
}

/** What the change takes from the order and adds to it. */
async function changeUnderWay(db: Kysely<Tables>, { id, currency }: Order): Promise<string | null> {
  const change = await db
    .selectFrom('order_change')
    .select(['type', 'plan', 'price_delta_minor'])
    .where('order_id', '=', id)
    .where('status', '=', 'confirmed')
    .orderBy('id', 'desc')
    .limit(1)
    .executeTakeFirst()
  if (!change) return null
  const { cuts, additions } = change.plan as EditPlan
  const units = (goods: readonly { sku: string; qty: number }[]) =>
    shortList(goods.map(({ sku, qty }) => `${qty} × ${sku}`))
  return [
    ...(cuts.length > 0 ? [`without ${units(cuts)}`] : []),
    ...(additions.length > 0 ? [`with ${units(additions)}`] : []),
    `price ${formatMoney(change.price_delta_minor, currency)}`,
  ].join('; ')
}
