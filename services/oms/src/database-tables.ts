import type { Day } from '@backroom/calendar'
import type { Tier } from '@backroom/mcp-service'
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'
import type { Address } from './address.ts'
import type { EditAction, EditPlan } from './order-edit.ts'
import type { OrderFilter } from './order-search.ts'
import type { ProcessTables } from './process-tables.ts'
import type { ShippingOption } from './shipping-option.ts'

/** A moment: read as Date, written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

/** A JSON value: written as its text. */
type Json<Value> = ColumnType<Value, string, string>

export const orderStatuses = [
  'pending',
  'confirmed',
  'processing',
  'on_hold',
  'cancelling',
  'cancelled',
  'partially_cancelled',
  'expired',
  'failed',
  'completed',
  'closed',
] as const
export type OrderStatus = (typeof orderStatuses)[number]

/** Where an order that is on hold or being cancelled goes back to. */
export const resumeStatuses = ['confirmed', 'processing', 'partially_cancelled'] as const
export type ResumeStatus = (typeof resumeStatuses)[number]

export const paymentStatuses = [
  'none',
  'authorized',
  'partially_captured',
  'captured',
  'partially_refunded',
  'refunded',
  'disputed',
  'overcharged',
] as const
export type PaymentStatus = (typeof paymentStatuses)[number]

export const fulfillmentStatuses = [
  'unfulfilled',
  'partially_shipped',
  'shipped',
  'partially_delivered',
  'delivered',
  'failed',
] as const
export type FulfillmentStatus = (typeof fulfillmentStatuses)[number]

export const returnStatuses = ['none', 'requested', 'partial', 'returned'] as const
export type ReturnStatus = (typeof returnStatuses)[number]

export const orderSources = ['cart', 'one_shot', 'manual'] as const
export type OrderSource = (typeof orderSources)[number]

export const holdKinds = ['fraud', 'address', 'payment', 'stock', 'manual', 'export'] as const
export type HoldKind = (typeof holdKinds)[number]

export const fulfillmentOrderStatuses = ['open', 'picking', 'packed', 'shipped', 'cancelled'] as const
export type FulfillmentOrderStatus = (typeof fulfillmentOrderStatuses)[number]

export const shipmentStatuses = ['packed', 'shipped', 'delivered', 'failed'] as const
export type ShipmentStatus = (typeof shipmentStatuses)[number]

export const drawSources = ['rma', 'claim', 'cancel', 'goodwill'] as const
export type DrawSource = (typeof drawSources)[number]

/** What compensates a customer by a process of its own. */
export type CompensationSource = Extract<DrawSource, 'rma' | 'claim'>

export const drawStates = ['held', 'used', 'released'] as const
export type DrawState = (typeof drawStates)[number]

export const adjustmentKinds = ['cancel', 'return', 'claim', 'goodwill', 'edit'] as const
export type AdjustmentKind = (typeof adjustmentKinds)[number]

export const caseKinds = ['return', 'claim'] as const
export type CaseKind = (typeof caseKinds)[number]

export const compensationKinds = ['refund', 'store_credit', 'replacement'] as const
/** What a customer gets for goods. */
export type CompensationKind = (typeof compensationKinds)[number]

export const moneyKinds = ['authorized', 'captured', 'voided', 'refunded'] as const
export type MoneyKind = (typeof moneyKinds)[number]

export const changeStatuses = ['proposed', 'confirmed', 'applied', 'declined'] as const
export type ChangeStatus = (typeof changeStatuses)[number]

export const visibilities = ['internal', 'customer'] as const
/** internal: people of the retailer alone. customer: the customer too. */
export type Visibility = (typeof visibilities)[number]

/** The tables of schema `oms`; money is in minor units, quantities in whole units. */
export interface Tables extends ProcessTables {
  customer: { id: string; email: string | null; name: string | null }
  sales_region: { country: string; state: string; region: string }
  orders: {
    id: string
    number: string
    channel: string
    source: OrderSource
    checkout_id: string | null
    customer_id: string
    status: OrderStatus
    resume_status: ResumeStatus | null
    payment_status: Generated<PaymentStatus>
    fulfillment_status: Generated<FulfillmentStatus>
    return_status: Generated<ReturnStatus>
    currency: string
    subtotal_minor: number
    discount_minor: number
    shipping_minor: number
    tax_minor: number
    grand_minor: number
    due_minor: number
    authorized_minor: Generated<number>
    captured_minor: Generated<number>
    voided_minor: Generated<number>
    refunded_minor: Generated<number>
    dispute_open: Generated<boolean>
    return_open: Generated<boolean>
    payment_id: string | null
    payment_method: string | null
    coupon_code: string | null
    shipping_option: Json<ShippingOption>
    ship_to: Json<Address>
    region: string
    placed_at: Timestamp
    ship_by: Timestamp
    promised_by: Day
    backordered: Generated<boolean>
    confirmed_at: OptionalTimestamp
    cancelled_at: OptionalTimestamp
    cancel_reason: string | null
    completed_at: OptionalTimestamp
    window_ends_at: OptionalTimestamp
    version: Generated<number>
  }
  order_line: {
    id: string
    order_id: string
    line: number
    placed_at: Timestamp
    sku: string
    product_id: string
    title: string
    qty_ordered: number
    qty_current: GeneratedAlways<number>
    qty_reserved: Generated<number>
    qty_shipped: Generated<number>
    qty_delivered: Generated<number>
    qty_cancelled: Generated<number>
    qty_returned: Generated<number>
    unit_minor: number
    discount_minor: number
    shipping_minor: number
    tax_minor: number
    paid_minor: number
    demand_warehouse: Generated<string>
    backorder_until: Day | null
  }
  entitlement: {
    order_line_id: string
    compensable_qty: number
    compensable_minor: number
    taken_qty: Generated<number>
    taken_minor: Generated<number>
  }
  entitlement_draw: {
    id: string
    order_id: string
    order_line_id: string
    source: DrawSource
    source_id: string
    qty: number
    minor: number
    state: Generated<DrawState>
    drawn_by: string
    created_at: Timestamp
    ended_at: OptionalTimestamp
  }
  fulfillment_order: {
    id: string
    order_id: string
    warehouse: string
    status: FulfillmentOrderStatus
    ship_by: Timestamp
    created_at: Timestamp
    version: Generated<number>
  }
  fo_line: {
    fulfillment_order_id: string
    order_line_id: string
    sku: string
    qty: number
    qty_picked: Generated<number>
    qty_shipped: Generated<number>
  }
  shipment: {
    shipment_ref: string
    order_id: string
    warehouse: string
    status: ShipmentStatus
    carrier: string | null
    tracking: string | null
    capture_minor: number | null
    packed_at: OptionalTimestamp
    shipped_at: OptionalTimestamp
    delivered_at: OptionalTimestamp
    tms_shipment_id: string | null
    picked_up_at: OptionalTimestamp
  }
  shipment_line: {
    shipment_ref: string
    fulfillment_order_id: string
    order_line_id: string
    sku: string
    qty: number
  }
  order_hold: {
    id: string
    order_id: string
    kind: HoldKind
    reason: string
    external_id: string | null
    placed_by: string
    placed_at: Timestamp
    released_by: string | null
    released_at: OptionalTimestamp
  }
  order_change: {
    id: string
    order_id: string
    type: 'edit' | 'cancel' | 'address'
    actions: Json<EditAction[]>
    plan: Json<EditPlan>
    status: ChangeStatus
    price_delta_minor: number
    currency: string
    order_version: number
    requested_by: string
    approval_id: string | null
    expires_at: Timestamp
    created_at: Timestamp
  }
  order_note: {
    id: string
    order_id: string
    visibility: Visibility
    text: string
    author: string
    created_at: Timestamp
  }
  order_event: {
    id: GeneratedAlways<number>
    order_id: string
    occurred_at: Timestamp
    rank: Generated<number>
    recorded_at: Timestamp
    type: string
    source: string
    actor: string
    visibility: Generated<Visibility>
    data: ColumnType<Record<string, unknown>, string | undefined, never>
  }
  adjustment: {
    id: string
    order_id: string
    order_line_id: string | null
    kind: AdjustmentKind
    qty: number
    amount_minor: number
    reason: string
    source: string
    source_id: string
    at: Timestamp
  }
  money_movement: {
    order_id: string
    kind: MoneyKind
    source: string
    source_id: string
    amount_minor: number
    at: Timestamp
  }
  order_case: {
    number: string
    order_id: string
    kind: CaseKind
    status: string
    open: boolean
    returned: ColumnType<Record<string, number>, string | undefined, string>
    changed_at: Timestamp
  }
  compensation: {
    source: CompensationSource
    source_id: string
    order_line_id: string
    kind: CompensationKind
    number: string
    order_id: string
    paid_order_id: string
    draw_id: string
    qty: number
    minor: number
    at: Timestamp
  }
  fact: {
    id: string
    source: string
    type: string
    subject: string
    order_id: string | null
    occurred_at: Timestamp
    data: Json<Record<string, unknown>>
    state: 'applied' | 'waiting' | 'parked'
    error: ColumnType<Record<string, unknown> | null, string | null | undefined, string | null>
    attempts: Generated<number>
    retry_at: OptionalTimestamp
    received_at: Timestamp
  }
  order_export: {
    id: string
    requested_by: string
    filter: Json<OrderFilter>
    rows: number
    as_of: Timestamp
    expires_at: Timestamp
  }
  sku_demand_daily: {
    sku: string
    region: string
    warehouse: string
    day: Day
    qty: number
    orders: number
  }
  demand_daily: { region: string; warehouse: string; day: Day; qty: number; orders: number }
  demand_delta: {
    id: GeneratedAlways<number>
    sku: string
    region: string
    warehouse: string
    day: Day
    qty: number
    orders: number
  }
  /** Tier of a tool for an account ('*': everybody) where it differs from the usual one. */
  approval_rule: { tool: string; account: string; tier: Tier }
  refund_tier: { currency: string; up_to_minor: number; tier: Tier }
  /** View: empty, or something is wrong. */
  order_differences: { order_id: string; check: string; expected: string; found: string }
  /** View: empty, or something is wrong. */
  compensation_differences: { order_id: string; check: string; expected: string; found: string }
  /** View: empty, or something is wrong. */
  demand_differences: { sku: string; day: Day; ordered: number; counted: number }
}
