import type { Day } from '@backroom/calendar'
import type { ColumnType, Generated, GeneratedAlways, Selectable } from 'kysely'

/** A moment: read as Date, written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>

export type Bucket = 'outside' | 'available' | 'reserved' | 'picked' | 'quarantined' | 'damaged'

export const movementKinds = [
  'receive',
  'putaway',
  'reserve',
  'release',
  'pick',
  'unpick',
  'ship',
  'adjust',
  'transfer_out',
  'transfer_in',
  'return_receive',
  'scrap',
  'recount',
  'quarantine',
  'unquarantine',
] as const
export type MovementKind = (typeof movementKinds)[number]

export const reservationStates = ['held', 'allocated', 'picked', 'shipped', 'expired', 'unpicked', 'released'] as const
export type ReservationState = (typeof reservationStates)[number]

export const locationKinds = ['receiving', 'pick', 'bulk', 'pack', 'stage', 'quarantine', 'returns', 'scrap'] as const
export type LocationKind = (typeof locationKinds)[number]

export const pickTaskStatuses = [
  'open',
  'assigned',
  'picking',
  'picked',
  'short',
  'packed',
  'handed_over',
  'cancelled',
] as const
export type PickTaskStatus = (typeof pickTaskStatuses)[number]

export const shipmentStatuses = ['packed', 'handed_over', 'cancelled'] as const
export type ShipmentStatus = (typeof shipmentStatuses)[number]

export const transferStatuses = ['ready_to_ship', 'in_transit', 'partially_received', 'received', 'cancelled'] as const
export type TransferStatus = (typeof transferStatuses)[number]

export const countStatuses = ['planned', 'counting', 'review', 'posted', 'recount', 'cancelled'] as const
export type CountStatus = (typeof countStatuses)[number]

export const dispositions = ['restock', 'quarantine', 'scrap'] as const
export type Disposition = (typeof dispositions)[number]

export const purchaseOrderStatuses = [
  'draft',
  'ordered',
  'partially_received',
  'received',
  'closed',
  'cancelled',
] as const
export type PurchaseOrderStatus = (typeof purchaseOrderStatuses)[number]

/** The tables of schema `wms`; money is in minor units, quantities in whole units. */
export interface Tables {
  warehouse: {
    id: string
    name: string
    region: string
    timezone: string
    latitude: number
    longitude: number
    address: string
    cutoff_time: string
    active: Generated<boolean>
    capabilities: Generated<string[]>
  }
  supplier: {
    id: string
    name: string
    lead_time_days: number
    currency: string
    moq_minor: Generated<number>
    contact: string
  }
  sku: {
    id: string
    gtin: string | null
    name: string
    uom: Generated<string>
    scale: Generated<number>
    pack_multiple: Generated<number>
    moq: Generated<number>
    unit_cost_minor: number
    currency: string
    weight_g: number
    lot_tracked: Generated<boolean>
    serial_tracked: Generated<boolean>
    shelf_life_days: number | null
    hazmat: Generated<boolean>
    abc_class: Generated<'A' | 'B' | 'C'>
  }
  stock_policy: {
    sku: string
    warehouse_id: string
    supplier_id: string
    safety_stock: number
    target_level: number
    lead_time_days: number
    review_days: number
    auto_reorder: Generated<boolean>
  }
  stock_balance: StockBalance
  low_stock: { warehouse_id: string; sku: string; since: Timestamp }
  warehouse_summary: {
    warehouse_id: string
    skus: number
    units_on_hand: number
    units_available: number
    as_of: Timestamp
  }
  movement: {
    id: GeneratedAlways<number>
    ts: Timestamp
    sku: string
    warehouse_id: string
    kind: MovementKind
    from_bucket: Bucket
    to_bucket: Bucket
    qty: number
    lot: string | null
    location: string | null
    cause_type: string
    cause_id: string
    reason: string | null
    actor: string
    balance_after: number
  }
  reservation: {
    id: string
    order_ref: string
    sku: string
    warehouse_id: string
    qty: number
    state: ReservationState
    expires_at: Date | null
    created_at: Timestamp
    shipment_ref: string | null
  }
  reservation_allocation: { checkout_id: string; order_ref: string; allocated_at: Timestamp }
  location: {
    warehouse_id: string
    code: string
    kind: LocationKind
    aisle: Generated<number>
    pick_seq: Generated<number>
    blocked: Generated<boolean>
  }
  stock_bin: { sku: string; warehouse_id: string; location: string; lot: Generated<string>; qty: number }
  lot: {
    sku: string
    lot_no: string
    expires_on: Day | null
    received_at: Timestamp
    recall_state: Generated<'none' | 'recalled'>
  }
  serial: { sku: string; serial_no: string; state: 'in_stock' | 'picked' | 'shipped'; order_ref: string | null }
  wave: {
    id: string
    warehouse_id: string
    assigned_to: string | null
    created_by: string
    created_at: Timestamp
  }
  pick_task: {
    id: string
    wave_id: string
    seq: number
    order_ref: string
    sku: string
    warehouse_id: string
    location: string
    lot: Generated<string>
    qty: number
    picked_qty: Generated<number>
    short_qty: Generated<number>
    status: PickTaskStatus
  }
  shipment: {
    ref: string
    order_ref: string
    warehouse_id: string
    status: ShipmentStatus
    carrier: string | null
    tracking: string | null
    packed_by: string
    packed_at: Timestamp
    handed_over_at: Date | null
  }
  package: { id: string; shipment_ref: string; container: string | null; weight_g: number }
  picked_units: {
    id: GeneratedAlways<number>
    order_ref: string
    sku: string
    warehouse_id: string
    location: string
    lot: Generated<string>
    qty: number
    package_id: string | null
  }
  restock: {
    rma_line: string
    sku: string
    warehouse_id: string
    qty: number
    disposition: Disposition
    location: string
    lot: Generated<string>
    restocked_at: Timestamp
  }
  transfer: {
    id: string
    from_warehouse: string
    to_warehouse: string
    status: TransferStatus
    note: string | null
    cancel_reason: string | null
    created_by: string
    created_at: Timestamp
    shipped_at: Date | null
    ended_at: Date | null
    version: Generated<number>
  }
  transfer_line: {
    transfer_id: string
    line_no: number
    sku: string
    lot: Generated<string>
    qty: number
    qty_received: Generated<number>
    qty_returned: Generated<number>
    qty_lost: Generated<number>
    discrepancy_reason: string | null
  }
  cycle_count: {
    id: string
    warehouse_id: string
    status: CountStatus
    blind: boolean
    round: Generated<number>
    created_by: string
    created_at: Timestamp
    ended_at: Date | null
  }
  count_line: {
    count_id: string
    round: number
    location: string
    sku: string
    lot: Generated<string>
    expected: number | null
    counted: number | null
    variance: GeneratedAlways<number | null>
  }
  purchase_order: {
    id: string
    number: string
    supplier_id: string
    warehouse_id: string
    status: PurchaseOrderStatus
    currency: string
    expected_at: Day
    asn: string | null
    note: string | null
    plan_id: string | null
    cancel_reason: string | null
    created_by: string
    created_at: Timestamp
    version: Generated<number>
  }
  po_line: {
    po_id: string
    line_no: number
    sku: string
    qty_ordered: number
    qty_received: Generated<number>
    qty_rejected: Generated<number>
    unit_cost_minor: number
  }
  receipt: {
    id: string
    po_id: string
    status: 'complete' | 'discrepancy'
    received_by: string
    received_at: Timestamp
  }
  receipt_line: {
    receipt_id: string
    line_no: number
    sku: string
    qty_expected: number
    qty_received: number
    qty_damaged: number
    discrepancy_reason: string | null
    lot: string | null
    location: string | null
  }
  demand_daily: {
    sku: string
    warehouse_id: string
    day: Day
    ordered_qty: Generated<number>
    shipped_qty: Generated<number>
    returned_qty: Generated<number>
  }
  demand_state: { only_row: Generated<boolean>; through: Day; refreshed_at: Timestamp }
  reorder_plan: {
    id: string
    region: string
    service_level: number
    budget_minor: number | null
    demand_through: Day
    currency: string
    created_by: string
    created_at: Timestamp
    expires_at: Timestamp
  }
  reorder_plan_line: {
    plan_id: string
    line_no: number
    sku: string
    warehouse_id: string
    supplier_id: string
    quantity: number
    reorder_point: number
    safety_stock: number
    unit_cost_minor: number
    cost_minor: number
    why: string
  }
  reorder_plan_order: { plan_id: string; sku: string; warehouse_id: string; po_id: string }
  approval_limit: { tool: string; account: string; limit_minor: number; currency: string }
  stock_differences: {
    source: 'movement' | 'bin' | 'lot' | 'reservation' | 'pick' | 'purchase_order' | 'transfer'
    sku: string
    warehouse_id: string
    bucket: string
    balance: number
    recorded: number
  }
}

interface StockBalance {
  sku: string
  warehouse_id: string
  on_hand: Generated<number>
  reserved: Generated<number>
  picked: Generated<number>
  quarantined: Generated<number>
  damaged: Generated<number>
  incoming: Generated<number>
  in_transit: Generated<number>
  available: GeneratedAlways<number>
  reorder_point: Generated<number>
  version: Generated<number>
}

/** Stock of one SKU in one warehouse. */
export type Balance = Selectable<StockBalance>
