import type { Tier } from '@backroom/mcp-service'
import type { ColumnType, Generated } from 'kysely'

/** A moment: read as Date, written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

/** A JSON value: written as its text. */
type Json<Value> = ColumnType<Value, string, string>
type OptionalJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>

export const rmaStatuses = [
  'requested',
  'more_info',
  'authorized',
  'rejected',
  'label_issued',
  'in_transit',
  'partially_received',
  'received',
  'inspecting',
  'inspected',
  'disputed',
  'resolving',
  'resolved',
  'closed',
  'cancelled',
  'expired',
] as const
export type RmaStatus = (typeof rmaStatuses)[number]

export const wantedResolutions = ['refund', 'exchange', 'store_credit', 'repair'] as const
export type WantedResolution = (typeof wantedResolutions)[number]

export const resolutionKinds = [...wantedResolutions, 'reject'] as const
export type ResolutionKind = (typeof resolutionKinds)[number]

export const faults = ['customer', 'retailer', 'carrier'] as const
export type Fault = (typeof faults)[number]

export const labelMethods = ['print', 'qr', 'pickup', 'own'] as const
/** print and qr: a label of ours. pickup: a label, and the carrier comes for it. own: the customer sends it. */
export type LabelMethod = (typeof labelMethods)[number]

export const cartonConditions = ['intact', 'opened', 'damaged', 'empty'] as const
export type CartonCondition = (typeof cartonConditions)[number]

export const grades = ['A', 'B', 'C', 'D'] as const
/** A: as new. B: opened, complete. C: used or incomplete. D: broken or another article. */
export type Grade = (typeof grades)[number]

export const dispositions = [
  'restock',
  'refurbish',
  'quarantine',
  'return_to_vendor',
  'donate',
  'scrap',
  'ship_back',
] as const
export type Disposition = (typeof dispositions)[number]

export const resolutionStatuses = ['pending', 'succeeded', 'failed'] as const
export type ResolutionStatus = (typeof resolutionStatuses)[number]

export const clawbacks = ['open', 'covered', 'due'] as const
/** open: goods are expected. covered: they came. due: the customer owes money. */
export type Clawback = (typeof clawbacks)[number]

export const fraudKinds = ['return_rate', 'wardrobing', 'serial_mismatch', 'empty_box', 'advance_kept'] as const
export type FraudKind = (typeof fraudKinds)[number]

export interface Evidence {
  kind: string
  uri: string
  sha256?: string | undefined
}

export interface ReceivedLine {
  rma_line_id: string
  sku: string
  qty: number
  condition: string
}

export interface InspectionCheck {
  check: string
  passed: boolean
  note?: string | undefined
}

/** Units of an order's line and what is paid for them, in minor units. */
export interface ResolvedLine {
  order_line_id: string
  sku: string
  qty: number
  draw_id: string
  amount_minor: number
}

export interface ReplacementLine {
  sku: string
  qty: number
}

/** A row of `return_policy`, also as it is kept with a return. */
export interface ReturnPolicy {
  id: string
  region: string
  category: string
  window_days: number
  final_sale: boolean
  restocking_bp: number
  free_label: boolean
  label_cost_minor: number
  currency: string
  returnless_below_minor: number
  evidence_required: boolean
  auto_approve: boolean
  auto_approve_below_minor: number | null
  ship_within_days: number
  version: number
}

/** The tables of schema `rma`; money is in minor units, quantities in whole units. */
export interface Tables {
  reason_code: { code: string; title: string; fault: Fault; recall: boolean }
  product_category: { sku_prefix: string; category: string }
  return_policy: ReturnPolicy
  approval_rule: {
    tool: string
    kind: Generated<string>
    account: Generated<string>
    currency: Generated<string>
    up_to_minor: number | null
    tier: Tier
  }
  rma: {
    id: string
    number: string
    order_id: string
    order_number: string
    customer_id: string
    status: RmaStatus
    channel: string
    resolution_wanted: WantedResolution
    currency: string
    region: string
    warehouse: string
    policy_snapshot: Json<Record<string, ReturnPolicy>>
    out_of_policy: Generated<string[]>
    evidence: Json<Evidence[]>
    returnless: Generated<boolean>
    complete: Generated<boolean>
    label_method: LabelMethod | null
    label_shipment_id: string | null
    label_carrier: string | null
    label_tracking: string | null
    label_cost_minor: number | null
    label_voided: boolean | null
    label_checked_at: OptionalTimestamp
    pickup_ref: string | null
    carrier_claim: string | null
    requested_by: string
    decided_by: string | null
    decision_note: string | null
    requested_at: Timestamp
    authorized_at: OptionalTimestamp
    resolved_at: OptionalTimestamp
    expires_at: OptionalTimestamp
    version: Generated<number>
  }
  rma_line: {
    id: string
    rma_id: string
    line: number
    order_line_id: string
    sku: string
    title: string
    category: string
    policy_id: string
    reason_code: string
    customer_note: string | null
    qty_requested: number
    qty_authorised: Generated<number>
    qty_received: Generated<number>
    qty_accepted: Generated<number>
    qty_rejected: Generated<number>
    draw_id: string
    drawn_qty: number
    drawn_minor: number
    unit_minor: number
    serials_sold: Generated<string[]>
    delivered_at: OptionalTimestamp
  }
  return_receipt: {
    id: string
    rma_id: string
    warehouse: string
    dock: string | null
    carton_condition: CartonCondition
    lines: Json<ReceivedLine[]>
    received_by: string
    received_at: Timestamp
  }
  inspection: {
    id: string
    rma_line_id: string
    qty: number
    grade: Grade
    accepted: boolean
    checks: Json<InspectionCheck[]>
    serials_found: Generated<string[]>
    serial_match: boolean | null
    photos: Json<{ uri: string; sha256: string }[]>
    recommended: Disposition
    inspector: string
    superseded_by: string | null
    decided_at: Timestamp
  }
  disposition: {
    id: string
    rma_id: string
    rma_line_id: string
    disposition: Disposition
    qty: number
    warehouse: string
    location: string | null
    status: Generated<'pending' | 'booked'>
    wms_movement_ref: string | null
    decided_by: string
    decided_at: Timestamp
  }
  resolution: {
    id: string
    rma_id: string
    kind: ResolutionKind
    advance: Generated<boolean>
    amount_minor: number
    fee_minor: Generated<number>
    currency: string
    lines: Json<ResolvedLine[]>
    replacement_lines: OptionalJson<ReplacementLine[]>
    status: Generated<ResolutionStatus>
    payment_refund_ref: string | null
    credit_ref: string | null
    replacement_order_ref: string | null
    message: string | null
    clawback_due_at: OptionalTimestamp
    clawback: Clawback | null
    clawback_minor: Generated<number>
    decided_by: string
    created_at: Timestamp
    ended_at: OptionalTimestamp
  }
  fraud_signal: {
    id: string
    rma_id: string
    customer_id: string
    kind: FraudKind
    detail: Json<Record<string, unknown>>
    created_at: Timestamp
  }
}
