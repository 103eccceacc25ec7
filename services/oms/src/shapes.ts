import { z } from 'zod'
import { Address } from './address.ts'
import {
  adjustmentKinds,
  changeStatuses,
  drawSources,
  drawStates,
  fulfillmentOrderStatuses,
  fulfillmentStatuses,
  holdKinds,
  orderSources,
  orderStatuses,
  paymentStatuses,
  returnStatuses,
  shipmentStatuses,
  visibilities,
} from './database-tables.ts'
import { ShippingOption } from './shipping-option.ts'

const SkuUnits = z.object({ sku: z.string(), qty: z.int() })

export const OrderLineShape = z.object({
  order_line_id: z.string(),
  line: z.int(),
  sku: z.string(),
  product_id: z.string(),
  title: z.string(),
  qty_ordered: z.int(),
  qty_current: z.int().describe('Ordered less cancelled'),
  qty_reserved: z.int().describe('In warehouses, still to be sent'),
  qty_shipped: z.int(),
  qty_delivered: z.int(),
  qty_cancelled: z.int(),
  qty_returned: z.int(),
  qty_returnable: z.int().describe('Delivered, and neither drawn by a return nor compensated'),
  unit_minor: z.int(),
  discount_minor: z.int(),
  shipping_minor: z.int(),
  tax_minor: z.int(),
  paid_minor: z.int().describe('What the customer pays for all ordered units'),
  backorder_until: z.string().optional().describe('Day on which missing units are expected'),
})

export const HoldShape = z.object({
  hold_id: z.string(),
  kind: z.enum(holdKinds),
  reason_untrusted: z.string(),
  placed_at: z.string(),
})

export const ShipmentShape = z.object({
  shipment_ref: z.string(),
  warehouse: z.string(),
  status: z.enum(shipmentStatuses),
  carrier: z.string().nullable(),
  tracking: z.string().nullable(),
  packed_at: z.string().nullable(),
  shipped_at: z.string().nullable(),
  delivered_at: z.string().nullable(),
  lines: z.array(SkuUnits),
})

export const FulfillmentOrderShape = z.object({
  fulfillment_order_id: z.string(),
  warehouse: z.string(),
  status: z.enum(fulfillmentOrderStatuses),
  ship_by: z.string(),
  lines: z.array(
    z.object({
      order_line_id: z.string(),
      sku: z.string(),
      qty: z.int(),
      qty_picked: z.int(),
      qty_shipped: z.int(),
    }),
  ),
})

export const NoteShape = z.object({
  note_id: z.string(),
  visibility: z.enum(visibilities),
  text_untrusted: z.string(),
  author: z.string(),
  created_at: z.string(),
})

/** An order in a list. */
export const OrderSummary = z.object({
  order_id: z.string(),
  number: z.string(),
  status: z.enum(orderStatuses),
  payment_status: z.enum(paymentStatuses),
  fulfillment_status: z.enum(fulfillmentStatuses),
  return_status: z.enum(returnStatuses),
  customer_id: z.string(),
  currency: z.string(),
  totals: z
    .object({
      subtotal_minor: z.int(),
      discount_minor: z.int(),
      shipping_minor: z.int(),
      tax_minor: z.int(),
      grand_minor: z.int(),
      due_minor: z.int().describe('What the customer owes in all now: as placed plus adjustments'),
    })
    .describe('As placed, in minor units'),
  placed_at: z.string(),
  promised_by: z.string().describe('Last day on which it may arrive'),
  version: z.int().describe('For expected_version'),
})

/** An order with everything about it. */
export const OrderShape = OrderSummary.extend({
  channel: z.string(),
  source: z.enum(orderSources),
  ship_by: z.string(),
  region: z.string(),
  checkout_id: z.string().nullable(),
  coupon_code: z.string().nullable(),
  shipping_option: ShippingOption,
  payment: z.object({
    payment_id: z.string().nullable(),
    method: z.string().nullable(),
    authorized_minor: z.int(),
    captured_minor: z.int(),
    voided_minor: z.int(),
    refunded_minor: z.int(),
  }),
  ship_to_untrusted: Address,
  backordered: z.boolean(),
  cancelled_at: z.string().nullable(),
  cancel_reason_untrusted: z.string().nullable(),
  lines: z.array(OrderLineShape),
  holds: z.array(HoldShape).describe('Open holds'),
  shipments: z.array(ShipmentShape),
  adjustments: z.array(
    z.object({
      kind: z.enum(adjustmentKinds),
      qty: z.int(),
      amount_minor: z.int(),
      reason_untrusted: z.string(),
      at: z.string(),
      order_line_id: z.string().nullable(),
    }),
  ),
  allowed_actions: z.array(z.string()).describe('Tools that make sense for the order as it is'),
  fulfillment_orders: z.array(FulfillmentOrderShape).optional(),
  notes: z.array(NoteShape).optional(),
})

export const EventShape = z.object({
  at: z.string(),
  type: z.string(),
  source: z.string().describe('Server that saw it'),
  actor: z.string(),
  data: z.record(z.string(), z.unknown()),
})

export const DrawShape = z.object({
  draw_id: z.string(),
  order_line_id: z.string(),
  source: z.enum(drawSources),
  source_id: z.string(),
  qty: z.int(),
  minor: z.int(),
  state: z.enum(drawStates),
})

export const ChangeShape = z.object({
  change_id: z.string(),
  order_id: z.string(),
  status: z.enum(changeStatuses),
  price_delta_minor: z.int().describe('What the customer would owe more (negative: less), in minor units'),
  currency: z.string(),
  needs_payment: z.boolean().describe('The price rises: the customer has to authorise it'),
  expires_at: z.string(),
  cuts: z.array(z.object({ order_line_id: z.string(), sku: z.string(), qty: z.int(), amount_minor: z.int() })),
  additions: z.array(z.object({ sku: z.string(), title: z.string(), qty: z.int(), amount_minor: z.int() })),
})
