import {
  type DemoClaim,
  type DemoOrder,
  type DemoReturn,
  demoClaims,
  demoOrders,
  demoReturns,
} from '@backroom/demo-data'
import { type Kysely, sql } from 'kysely'
import { rememberCustomers } from '../customer.ts'
import type { Tables } from '../database-tables.ts'
import { salesRegionOf } from '../sales-region.ts'
import { eventsOf } from './demo-events.ts'
import {
  adjustmentRows,
  claimDrawRow,
  demandRows,
  drawRows,
  entitlementRows,
  hasShipped,
  lineRows,
  moneyRows,
  orderRow,
  returnDrawRow,
} from './demo-order-rows.ts'
import { shipmentLineRows, shipmentRow, taskLineRows, taskRow } from './demo-shipment-rows.ts'

/** Six weeks of orders, as every server of the demo knows them. */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  const today = new Date()
  const [orders, returns, claims] = [demoOrders(today), demoReturns(today), demoClaims(today)]
  const customers = new Map(orders.map(({ customer }) => [customer.customerId, customer]))
  await rememberCustomers(db, [...customers.values()])
  const regions = new Map<string, string>()
  for (const { customerId, address } of customers.values()) regions.set(customerId, await salesRegionOf(db, address))
  const regionOf = ({ customer }: DemoOrder) => regions.get(customer.customerId) ?? 'other'
  await db
    .insertInto('orders')
    .values(orders.map((order) => orderRow(order, regionOf(order))))
    .execute()
  await db.insertInto('order_line').values(orders.flatMap(lineRows)).execute()
  const entitlements = orders.flatMap((order) => entitlementRows(order, returns, claims))
  await db.insertInto('entitlement').values(entitlements).execute()
  const draws = [...orders.flatMap(drawRows), ...returns.map(returnDrawRow), ...claims.flatMap(claimDrawRow)]
  await db.insertInto('entitlement_draw').values(draws).execute()
  await db.insertInto('fulfillment_order').values(orders.map(taskRow)).execute()
  await db.insertInto('fo_line').values(orders.flatMap(taskLineRows)).execute()
  await db.insertInto('shipment').values(orders.filter(hasShipped).map(shipmentRow)).execute()
  await db.insertInto('shipment_line').values(orders.filter(hasShipped).flatMap(shipmentLineRows)).execute()
  await db.insertInto('adjustment').values(orders.flatMap(adjustmentRows)).execute()
  await seedReturns(db, returns)
  await seedClaims(db, claims)
  await db.insertInto('money_movement').values(orders.flatMap(moneyRows)).execute()
  await db.insertInto('order_event').values(orders.flatMap(eventsOf)).execute()
  await db
    .insertInto('demand_delta')
    .values(orders.flatMap((order) => demandRows(order, regionOf(order))))
    .execute()
  await sql`select count(nextval('order_number')) from generate_series(1, ${orders.length})`.execute(db)
}

/** The returns under way, as returns would have told of them. */
async function seedReturns(db: Kysely<Tables>, returns: readonly DemoReturn[]): Promise<void> {
  const cases = returns.map(({ number, order, stage }) => ({
    ...{ number, order_id: order.orderId, kind: 'return' as const, status: stage, open: true },
  }))
  await db.insertInto('order_case').values(cases).execute()
  await db
    .updateTable('orders')
    .set({ return_open: true, return_status: 'requested' })
    .where('id', '=', sql<string>`any(${cases.map(({ order_id }) => order_id)})`)
    .execute()
}

/** The open claims, as claims would have told of them. */
async function seedClaims(db: Kysely<Tables>, claims: readonly DemoClaim[]): Promise<void> {
  const cases = claims
    .filter(({ drawId }) => drawId)
    .map(({ number, order, stage }) => ({
      ...{ number, order_id: order.orderId, kind: 'claim' as const, status: stage, open: true },
    }))
  await db.insertInto('order_case').values(cases).execute()
}
