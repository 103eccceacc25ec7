import { type DemoOrder, demoOrders } from '@backroom/demo-data'
import { type DemoReferences, demoReferences } from './demo-references.ts'
import { book, feeOf } from './movements.ts'
import type { Store } from './store.ts'

const WINDOW_MS = 7 * 86_400_000

/** Books the payments of the demo orders as they went: authorised, captured when shipped, voided when cancelled. Once. */
export function seedDemo(store: Store, today: Date): void {
  store.transaction(() => {
    const { sql } = store
    if (sql.get`select 1 from seeded where name = 'demo'`) return
    for (const order of demoOrders(today)) seedOrder(store, order, demoReferences(order))
    sql.run`insert into seeded (name) values ('demo')`
  })
}

function seedOrder(store: Store, order: DemoOrder, references: DemoReferences): void {
  const { sql } = store
  const { totalMinor: amount, currency, shippedAt, cancelledAt } = order
  const { authorizationRef: id, authorizeId, captureId, voidId } = references
  const placedAt = order.placedAt.getTime()
  sql.run`insert into authorization
    (id, intent_id, order_ref, customer_id, method, currency, amount, captured, voided, status, risk, capture_before, created_at)
    values (${id}, ${order.paymentId}, ${order.orderId}, ${order.customer.customerId}, ${order.paymentMethod}, ${currency},
      ${amount}, ${shippedAt ? amount : 0}, ${cancelledAt ? amount : 0}, ${cancelledAt ? 'voided' : 'authorized'}, 'normal',
      ${placedAt + WINDOW_MS}, ${placedAt})`
  const record = (key: string, kind: string, at: number) =>
    sql.run`insert into operation (id, key, kind, fingerprint, authorization_id, amount, status, created_at)
      values (${`op_${key}`}, ${key}, ${kind}, 'demo', ${id}, ${amount}, 'succeeded', ${at})`
  record(authorizeId, 'authorize', placedAt)
  if (cancelledAt) record(voidId, 'void', cancelledAt.getTime())
  if (!shippedAt) return
  record(captureId, 'capture', shippedAt.getTime())
  const at = shippedAt.getTime()
  book(store, {
    kind: 'capture',
    operationKey: captureId,
    authorization: { id, currency },
    amount,
    fee: feeOf(amount, currency),
    at,
  })
}
