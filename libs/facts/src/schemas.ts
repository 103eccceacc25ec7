import { z } from 'zod'

const Lines = z.array(z.object({ sku: z.string(), qty: z.int().positive() })).min(1)
const Minor = z.int()
const Moment = z.iso.datetime()

const ofOrder = { order_ref: z.string() }
const ofWarehouse = { ...ofOrder, warehouse: z.string() }
const ofPayment = { payment_id: z.string(), order_ref: z.string().nullable() }
const amount = { amount_minor: Minor, currency: z.string() }
const authorization = {
  payment_id: z.string(),
  checkout_id: z.string(),
  ...amount,
  reason: z.string().optional(),
}
const movedMoney = {
  ...ofPayment,
  ...amount,
  source: z.string(),
  source_id: z.string(),
  status: z.enum(['succeeded', 'failed']),
}
const hold = {
  hold_id: z.string(),
  payment_id: z.string(),
  order_ref: z.string().nullable(),
  checkout_id: z.string().nullable(),
  kind: z.string(),
  reason: z.string(),
}
const dispute = { dispute_id: z.string(), ...ofPayment }
const purchaseOrder = { po_number: z.string(), warehouse: z.string(), status: z.string(), lines: Lines }
const ofShipment = {
  shipment_id: z.string(),
  /** Null for a shipment of no order, such as one between warehouses. */
  order_ref: z.string().nullable(),
  /** The parcels as the warehouse names them; null when tms was not told. */
  shipment_ref: z.string().nullable(),
}
const movement = { ...ofShipment, direction: z.enum(['outbound', 'return']).default('outbound'), occurred_at: Moment }
/** No units: money alone, such as for a late delivery. */
const orderLine = { order_line_id: z.string(), sku: z.string(), qty: z.int().nonnegative() }
const OrderLines = z.array(z.object(orderLine))
/** No units: money alone, such as for a late delivery. */
const DrawnLines = z.array(
  z.object({ ...orderLine, qty: z.int().nonnegative(), draw_id: z.string(), amount_minor: Minor.nonnegative() }),
)
const ofReturn = { rma_number: z.string(), order_id: z.string() }
const returned = z.object({ ...ofReturn, lines: OrderLines })
const ofClaim = { claim_number: z.string(), order_id: z.string() }
const claimed = z.object({ ...ofClaim, lines: OrderLines })
const recovery = z.object({
  recovery_id: z.string(),
  claim_number: z.string().nullable(),
  order_id: z.string().nullable().optional(),
  counterparty: z.string(),
  ...amount,
})
const transfer = { transfer_id: z.string(), from: z.string(), to: z.string(), lines: Lines }

/** What each type of fact tells. Additive changes only; anything else is a new version of the type. */
export const factSchemas = {
  /** `order_ref` is the checkout id until the order exists. */
  'stock.reservation_expired.v1': z.object({
    ...ofOrder,
    lines: z.array(z.object({ sku: z.string(), qty: z.int().positive(), warehouse: z.string() })).min(1),
  }),
  'stock.picked.v1': z.object({ ...ofWarehouse, lines: Lines }),
  /** `qty` is what is missing. */
  'stock.short.v1': z.object({ ...ofWarehouse, lines: Lines }),
  'stock.packed.v1': z.object({
    ...ofWarehouse,
    shipment_ref: z.string(),
    packages: z
      .array(z.object({ package_id: z.string(), weight_g: z.int().nonnegative().nullable(), lines: Lines }))
      .min(1),
  }),
  'stock.shipped.v1': z.object({
    ...ofWarehouse,
    shipment_ref: z.string(),
    lines: Lines,
    carrier: z.string().optional(),
    tracking: z.string().optional(),
  }),
  'stock.adjusted.v1': z.object({
    sku: z.string(),
    warehouse: z.string(),
    delta: z.int(),
    reason_code: z.string(),
  }),
  'stock.below_reorder_point.v1': z.object({ warehouse: z.string(), skus: z.array(z.string()).min(1) }),
  'po.ordered.v1': z.object(purchaseOrder),
  'po.received.v1': z.object(purchaseOrder),
  'transfer.shipped.v1': z.object(transfer),
  'transfer.received.v1': z.object(transfer),
  'transfer.cancelled.v1': z.object(transfer),
  'payment.authorized.v1': z.object(authorization),
  'payment.failed.v1': z.object(authorization),
  'payment.captured.v1': z.object(movedMoney),
  'payment.refunded.v1': z.object(movedMoney),
  'payment.voided.v1': z.object(movedMoney),
  'payment.hold_placed.v1': z.object(hold),
  'payment.hold_released.v1': z.object({ ...hold, outcome: z.enum(['released', 'rejected', 'expired']) }),
  'payment.authorization_expiring.v1': z.object({ ...ofPayment, capture_before: Moment }),
  'payment.dispute_opened.v1': z.object({ ...dispute, ...amount, reason: z.string(), respond_by: Moment.nullable() }),
  'payment.dispute_closed.v1': z.object({ ...dispute, outcome: z.enum(['won', 'lost', 'accepted', 'expired']) }),
  'shipment.picked_up.v1': z.object(movement),
  /** At the customer's door or, with `direction` return, at the returns dock. Without `lines`: all that was shipped. */
  'shipment.delivered.v1': z.object({
    ...movement,
    rma_number: z.string().nullable().default(null),
    lines: Lines.optional(),
    proof_id: z.string().nullable().default(null),
  }),
  'shipment.returned.v1': z.object(movement),
  'shipment.lost_suspected.v1': z.object({ ...movement, last_scan_at: Moment.nullable() }),
  'shipment.exception.v1': z.object({
    shipment_id: z.string(),
    order_ref: z.string().nullable(),
    exception_id: z.string(),
    type: z.string(),
    severity: z.string(),
  }),
  'return.requested.v1': returned,
  'return.authorized.v1': returned,
  'return.rejected.v1': returned,
  'return.cancelled.v1': returned,
  'return.expired.v1': returned,
  'return.received.v1': returned,
  'return.inspected.v1': returned,
  'return.resolved.v1': returned,
  'return.disposed.v1': z.object({
    ...ofReturn,
    sku: z.string(),
    qty: z.int().positive(),
    disposition: z.string(),
    warehouse: z.string(),
  }),
  /** A decided resolution whose effect the order process now brings about. `amount_minor` is what the customer gets. */
  'return.resolving.v1': z.object({
    ...ofReturn,
    customer_id: z.string(),
    resolution_id: z.string(),
    kind: z.enum(['refund', 'exchange', 'store_credit', 'repair', 'reject']),
    amount_minor: Minor.nonnegative(),
    fee_minor: Minor.nonnegative(),
    currency: z.string(),
    lines: DrawnLines,
    replacement_lines: Lines.optional(),
    /** Paid before the goods are back: their units stay to be returned. */
    advance: z.boolean().optional(),
  }),
  'claim.opened.v1': claimed,
  'claim.approved.v1': claimed,
  'claim.denied.v1': claimed,
  'claim.withdrawn.v1': claimed,
  'claim.settled.v1': claimed,
  /** A decided settlement whose effect the order process now brings about. */
  'claim.settling.v1': z.object({
    ...ofClaim,
    customer_id: z.string(),
    settlement_id: z.string(),
    method: z.enum(['refund', 'replacement', 'store_credit']),
    amount_minor: Minor.nonnegative(),
    currency: z.string(),
    lines: DrawnLines,
  }),
  'recovery.paid.v1': recovery,
  'recovery.written_off.v1': recovery,
} as const

/** `<subject>.<what happened>.v<version>`. */
export type FactType = keyof typeof factSchemas

/** What a fact of a type tells. */
export type FactData<Type extends FactType> = z.infer<(typeof factSchemas)[Type]>

/** The same as it is reported: what has a default may be left out. */
export type FactInput<Type extends FactType> = z.input<(typeof factSchemas)[Type]>

/** The envelope: a CloudEvent in JSON. `data` is checked against {@link factSchemas}. */
export const Fact = z.object({
  specversion: z.literal('1.0'),
  /** Unique for ever; a fact reported twice has its effect once. */
  id: z.string().min(1).max(128),
  /** Server that reports it, such as `inventory`. */
  source: z.string().min(1).max(64),
  type: z.string().min(1).max(64),
  /** What it is about; facts of one subject arrive in order. */
  subject: z.string().min(1).max(128),
  time: Moment,
  data: z.record(z.string(), z.unknown()),
})
export type Fact = z.infer<typeof Fact>
