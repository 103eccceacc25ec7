import { type DemoOrder, demoOrders } from '@backroom/demo-data'
import { type Kysely, sql } from 'kysely'
import { rememberCustomers } from '../customer.ts'
import type { Tables } from '../database-tables.ts'
import { salesRegionOf } from '../sales-region.ts'
import { eventsOf } from './demo-events.ts'
import {
  adjustmentRows,
  demandRows,
  drawRows,
  entitlementRows,
  hasShipped,
  lineRows,
  moneyRows,
  orderRow,
} from './demo-order-rows.ts'
import { shipmentLineRows, shipmentRow, taskLineRows, taskRow } from './demo-shipment-rows.ts'

/** Six weeks of orders, as every server of the demo knows them. */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  const orders = demoOrders(new Date())
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
  await db.insertInto('entitlement').values(orders.flatMap(entitlementRows)).execute()
  await db.insertInto('entitlement_draw').values(orders.flatMap(drawRows)).execute()
  await db.insertInto('fulfillment_order').values(orders.map(taskRow)).execute()
  await db.insertInto('fo_line').values(orders.flatMap(taskLineRows)).execute()
  await db.insertInto('shipment').values(orders.filter(hasShipped).map(shipmentRow)).execute()
  await db.insertInto('shipment_line').values(orders.filter(hasShipped).flatMap(shipmentLineRows)).execute()
  await db.insertInto('adjustment').values(orders.flatMap(adjustmentRows)).execute()
  await db.insertInto('money_movement').values(orders.flatMap(moneyRows)).execute()
  await db.insertInto('order_event').values(orders.flatMap(eventsOf)).execute()
  await db
    .insertInto('demand_delta')
    .values(orders.flatMap((order) => demandRows(order, regionOf(order))))
    .execute()
  await sql`select count(nextval('order_number')) from generate_series(1, ${orders.length})`.execute(db)
}
