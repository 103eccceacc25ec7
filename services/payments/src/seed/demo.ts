import { demoOrders } from '@backroom/demo-data'
import { demoReferences } from '@backroom/payment-simulator/demo-references'
import type { Insertable, Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { post } from '../ledger.ts'
import { captured } from '../postings.ts'

type DemoOrder = ReturnType<typeof demoOrders>[number]

const WINDOW_MS = 7 * 86_400_000

/** The payments of the demo orders, as the simulated provider has them too: captured when shipped, voided when cancelled. */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  const orders = demoOrders(new Date())
  await db.insertInto('payment_intent').values(orders.map(intentOf)).execute()
  await db.insertInto('authorization').values(orders.map(authorizationOf)).execute()
  await db.insertInto('operation').values(orders.flatMap(operationsOf)).execute()
  await db
    .insertInto('risk_assessment')
    .values(orders.map(({ paymentId, placedAt }) => ({ ...lowRisk, intent_id: paymentId, assessed_at: placedAt })))
    .execute()
  for (const order of orders) if (order.shippedAt) await bookCapture(db, order, order.shippedAt)
}

const lowRisk = { score: 0, level: 'low', rules: '[]' } as const

function intentOf(order: DemoOrder): Insertable<Tables['payment_intent']> {
  const { totalMinor, shippedAt, cancelledAt } = order
  return {
    id: order.paymentId,
    checkout_id: order.checkoutId,
    order_ref: order.orderId,
    customer_id: order.customer.customerId,
    currency: order.currency,
    amount_minor: totalMinor,
    shipping_minor: order.shippingMinor,
    tax_minor: order.taxMinor,
    method: order.paymentMethod,
    capture_method: 'multiple',
    provider: 'simulator',
    status: shippedAt ? 'captured' : cancelledAt ? 'voided' : 'authorized',
    authorized_minor: totalMinor,
    captured_minor: shippedAt ? totalMinor : 0,
    voided_minor: cancelledAt ? totalMinor : 0,
    order_confirmed_at: order.placedAt,
    created_at: order.placedAt,
  }
}

function authorizationOf(order: DemoOrder): Insertable<Tables['authorization']> {
  const { authorizeId, authorizationRef } = demoReferences(order)
  return {
    id: authorizeId,
    intent_id: order.paymentId,
    provider_ref: authorizationRef,
    amount_minor: order.totalMinor,
    status: order.cancelledAt ? 'voided' : 'authorized',
    capture_before: new Date(order.placedAt.getTime() + WINDOW_MS),
    requested_at: order.placedAt,
    decided_at: order.placedAt,
  }
}

function operationsOf(order: DemoOrder): Insertable<Tables['operation']>[] {
  const { paymentId, totalMinor, currency, shippedAt, cancelledAt, shipmentRef, orderId } = order
  const { captureId, voidId } = demoReferences(order)
  const common = { intent_id: paymentId, amount_minor: totalMinor, currency, requested_by: 'oms' }
  const done = (at: Date) => ({ status: 'succeeded' as const, requested_at: at, ended_at: at })
  if (shippedAt)
    return [
      {
        ...{ id: captureId, kind: 'capture', ...common, ...done(shippedAt), provider_ref: `op_${captureId}` },
        ...{ source: 'shipment', source_id: shipmentRef, reason: `Shipment ${shipmentRef}`, final: true },
      },
    ]
  if (cancelledAt)
    return [
      {
        ...{ id: voidId, kind: 'void', ...common, ...done(cancelledAt), provider_ref: `op_${voidId}` },
        // The id under which orders knows the cancellation.
        ...{ source: 'cancel', source_id: `chg_${orderId.slice(4)}`, reason: order.cancelReason ?? 'Cancelled' },
      },
    ]
  return []
}

async function bookCapture(db: Kysely<Tables>, order: DemoOrder, shippedAt: Date): Promise<void> {
  const { currency, totalMinor, shippingMinor, taxMinor } = order
  const payment = { currency, amount_minor: totalMinor, shipping_minor: shippingMinor, tax_minor: taxMinor }
  await post(db, { ...captured(payment, demoReferences(order).captureId, 0, totalMinor), at: shippedAt })
}
