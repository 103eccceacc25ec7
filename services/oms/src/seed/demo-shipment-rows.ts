import { businessDaysAfter } from '@backroom/calendar'
import type { DemoOrder } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { hasShipped, isCancelled } from './demo-order-rows.ts'

type Row<Table extends keyof Tables> = Insertable<Tables[Table]>

export function taskRow(order: DemoOrder): Row<'fulfillment_order'> {
  return {
    id: taskOf(order),
    order_id: order.orderId,
    warehouse: order.warehouse,
    status: isCancelled(order) ? 'cancelled' : hasShipped(order) ? 'shipped' : 'open',
    ship_by: businessDaysAfter(order.placedAt, 1),
    created_at: order.placedAt,
  }
}

export function taskLineRows(order: DemoOrder): Row<'fo_line'>[] {
  const shipped = hasShipped(order)
  return order.lines.map(({ orderLineId, sku, quantity }) => ({
    fulfillment_order_id: taskOf(order),
    order_line_id: orderLineId,
    sku,
    qty: isCancelled(order) ? 0 : quantity,
    qty_picked: shipped ? quantity : 0,
    qty_shipped: shipped ? quantity : 0,
  }))
}

export function shipmentRow(order: DemoOrder): Row<'shipment'> {
  return {
    shipment_ref: order.shipmentRef,
    order_id: order.orderId,
    warehouse: order.warehouse,
    status: order.deliveredAt ? 'delivered' : 'shipped',
    carrier: null,
    tracking: null,
    capture_minor: order.totalMinor,
    packed_at: order.shippedAt,
    shipped_at: order.shippedAt,
    delivered_at: order.deliveredAt,
  }
}

export function shipmentLineRows(order: DemoOrder): Row<'shipment_line'>[] {
  return order.lines.map(({ orderLineId, sku, quantity }) => ({
    shipment_ref: order.shipmentRef,
    fulfillment_order_id: taskOf(order),
    order_line_id: orderLineId,
    sku,
    qty: quantity,
  }))
}

/** Id of the fulfilment order: a demo order is sent by one warehouse. */
function taskOf({ orderId }: DemoOrder): string {
  return `ful_${orderId.slice(4)}`
}
