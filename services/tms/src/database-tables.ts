import type { Day } from '@backroom/calendar'
import type { Problem } from '@backroom/routing'
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** A moment: read as Date, written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
type Moment = ColumnType<Date, Date | string, Date | string>
type OptionalText = ColumnType<string | null, string | null | undefined, string | null>
type OptionalMoment = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

/** A document: read as its value, written as JSON text. */
type Json<Value> = ColumnType<Value, string, string>
type OptionalJson<Value> = ColumnType<Value | null, string | null | undefined, string | null>
type JsonList<Value> = ColumnType<Value[], string | undefined, string>

export const driverStatuses = ['off', 'available', 'assigned', 'on_route', 'break'] as const
export type DriverStatus = (typeof driverStatuses)[number]

export const shipmentStatuses = [
  'created',
  'rated',
  'labelled',
  'planned',
  'ready',
  'picked_up',
  'in_transit',
  'out_for_delivery',
  'delivered',
  'failed_attempt',
  'held_at_location',
  'return_to_sender',
  'returned',
  'exception',
  'lost',
  'voided',
  'delivery_disputed',
] as const
export type ShipmentStatus = (typeof shipmentStatuses)[number]

export const trackingCodes = [
  'label_created',
  'picked_up',
  'in_transit',
  'out_for_delivery',
  'failed_attempt',
  'held_at_location',
  'delivered',
  'return_to_sender',
  'returned',
  'exception',
  'exception_resolved',
  'lost',
  'delivery_disputed',
] as const
export type TrackingCode = (typeof trackingCodes)[number]

export const directions = ['outbound', 'return'] as const
export type Direction = (typeof directions)[number]

export type GeocodeQuality = 'given' | 'postal_code' | 'city' | 'none'

export const labelStatuses = ['requested', 'purchased', 'failed', 'void_requested', 'voided'] as const
export type LabelStatus = (typeof labelStatuses)[number]

export const exceptionTypes = ['damage', 'missing', 'address', 'refused', 'delay', 'other'] as const
export type ExceptionType = (typeof exceptionTypes)[number]

export const severities = ['low', 'medium', 'high'] as const
export type Severity = (typeof severities)[number]

export const planStatuses = [
  'draft',
  'optimising',
  'proposed',
  'approved',
  'dispatched',
  'in_progress',
  'completed',
  'cancelled',
  'rejected',
  'superseded',
] as const
export type PlanStatus = (typeof planStatuses)[number]

export const objectives = ['cost', 'distance', 'vehicles'] as const
export type Objective = (typeof objectives)[number]

export const routeStatuses = ['proposed', 'planned', 'dispatched', 'in_progress', 'completed', 'cancelled'] as const
export type RouteStatus = (typeof routeStatuses)[number]

export const stopStatuses = [
  'proposed',
  'scheduled',
  'en_route',
  'arrived',
  'completed',
  'failed',
  'cancelled',
] as const
export type StopStatus = (typeof stopStatuses)[number]

export const proofKinds = ['photo', 'signature', 'pin', 'geofence'] as const
export type ProofKind = (typeof proofKinds)[number]

/** Where somebody lives or works; its text comes from people. */
export interface PostalAddress {
  name: string
  line1: string
  line2?: string | undefined
  city: string
  region: string
  postal_code: string
  country: string
}

/** Units of a SKU inside a parcel. */
export interface ParcelLine {
  sku: string
  qty: number
}

/** A shipment that no route of a plan has, and the rule that keeps it out. */
export interface Unassigned {
  shipment_id: string
  code: string
  explanation: string
}

/** What a plan, or what stands in its place, costs. */
export interface PlanFigures {
  routes: number
  stops: number
  unassigned: number
  distance_m: number
  drive_s: number
  cost_minor: number
  lateness_s: number
}

/** What a plan is measured against. */
export interface Baseline extends PlanFigures {
  /** The rest of a day that goes on as it stands, or visits in the order in which they were asked for. */
  kind: 'current_plan' | 'first_come'
  plan_id?: string
}

/** How far an optimisation is. */
export interface PlanProgress {
  elapsed_ms: number
  iterations: number
  unassigned: number
  vehicles: number
}

/** Load of a vehicle: grams, cubic centimetres, parcels. */
export type Load = [weightG: number, volumeCm3: number, parcels: number]

/** The tables of schema `tms`; money is in minor units. */
export interface Tables {
  depot: {
    id: string
    warehouse_id: string
    name: string
    address: Json<PostalAddress>
    latitude: number
    longitude: number
    timezone: string
    hours_rule: string
    active: Generated<boolean>
  }
  service_area: {
    id: string
    depot_id: string
    name: string
    polygon: Json<[number, number][]>
    cutoff_time: string
  }
  hours_rule: {
    id: string
    name: string
    max_drive_day_s: number
    max_duty_day_s: number
    max_drive_week_s: number
    break_after_s: number
    break_s: number
  }
  vehicle: {
    id: string
    plate: string
    type: string
    depot_id: string
    capacity_g: number
    capacity_cm3: number
    capacity_parcels: number
    skills: Generated<string[]>
    fixed_cost_minor: number
    cost_per_km_minor: number
    cost_per_hour_minor: number
    currency: string
    range_m: number | null
    status: Generated<'active' | 'maintenance' | 'retired'>
  }
  driver: {
    id: string
    name: string
    phone: string
    account: string | null
    licence_class: string
    licence_expiry: Day
    depot_id: string
    skills: Generated<string[]>
    shift_starts: string
    shift_ends: string
    weekdays: Generated<number[]>
    vehicle_id: string | null
    status: Generated<DriverStatus>
    rating: Generated<number>
    version: Generated<number>
  }
  shift: {
    id: string
    driver_id: string
    vehicle_id: string | null
    day: Day
    starts_at: Moment
    ends_at: Moment
  }
  carrier: {
    id: string
    name: string
    own_fleet: Generated<boolean>
    tracking_url: string | null
    currency: string
    liability_parcel_minor: number
    claim_damage_days: number
    claim_loss_days: number
    lost_after_s: number
    active: Generated<boolean>
  }
  zone: { zone: number; up_to_km: number }
  carrier_service: {
    carrier_id: string
    code: string
    name: string
    max_weight_g: number
    fuel_bp: Generated<number>
  }
  rate_card: {
    carrier_id: string
    service: string
    zone: number
    transit_days: number
    base_minor: number
    per_kg_minor: number
  }
  service_level: { code: string; name: string; days: number }
  approval_limit: {
    tool: string
    account: string
    limit_minor: number
    confirm_up_to_minor: number | null
    currency: string
  }
  shipment: {
    id: string
    direction: Direction
    order_ref: string | null
    shipment_ref: string | null
    rma_number: string | null
    replaces: string | null
    depot_id: string
    ship_from: Json<PostalAddress>
    ship_to: Json<PostalAddress>
    latitude: number | null
    longitude: number | null
    geocode_quality: GeocodeQuality
    service_level: string
    carrier_id: string | null
    status: ShipmentStatus
    promised_by: Moment
    window_from: OptionalMoment
    window_to: OptionalMoment
    skills: Generated<string[]>
    priority: Generated<number>
    service_s: Generated<number>
    proof_required: Generated<boolean>
    declared_value_minor: number | null
    cod_minor: number | null
    currency: string
    last_scan_at: OptionalMoment
    picked_up_at: OptionalMoment
    delivered_at: OptionalMoment
    returned_at: OptionalMoment
    lost_reported_at: OptionalMoment
    void_reason: string | null
    created_by: string
    created_at: Timestamp
    version: Generated<number>
  }
  parcel: {
    id: string
    shipment_id: string
    seq: number
    package_id: string | null
    barcode: string
    weight_g: number
    volume_cm3: number
    lines: Json<ParcelLine[]>
    insured: Generated<boolean>
  }
  label: {
    id: string
    shipment_id: string
    carrier_id: string
    service: string
    cost_minor: number
    currency: string
    promised_on: Day
    status: LabelStatus
    refund_minor: number | null
    message: string | null
    requested_by: string
    requested_at: Timestamp
    purchased_at: OptionalMoment
    voided_at: OptionalMoment
  }
  parcel_label: { tracking_no: string; label_id: string; parcel_id: string }
  tracking_event: {
    id: GeneratedAlways<number>
    shipment_id: string
    parcel_id: OptionalText
    source: string
    source_event_id: string
    code: TrackingCode
    occurred_at: Moment
    received_at: Timestamp
    place: string | null
    detail: string | null
    raw: OptionalJson<unknown>
  }
  delivery_exception: {
    id: string
    shipment_id: string
    type: ExceptionType
    severity: Severity
    status: 'open' | 'resolved'
    note: string | null
    cause: string
    reported_by: string
    reported_at: Timestamp
    resolution: string | null
    resolution_note: string | null
    resolved_by: string | null
    resolved_at: OptionalMoment
  }
  pickup: {
    id: string
    shipment_id: string
    carrier_id: string
    window_from: Moment
    window_to: Moment
    status: 'requested' | 'confirmed' | 'failed' | 'done'
    confirmation: string | null
    message: string | null
    requested_by: string
    requested_at: Timestamp
  }
  interception: {
    id: string
    shipment_id: string
    reason: string
    intercepted: boolean | null
    requested_by: string
    requested_at: Timestamp
  }
  route_plan: {
    id: string
    depot_id: string
    day: Day
    kind: 'day' | 'replan'
    status: PlanStatus
    objective: Objective
    solver: string
    time_budget_s: number
    seed: number
    request: Json<PlanRequest>
    problem: Json<PlanProblem>
    progress: OptionalJson<PlanProgress>
    message: string | null
    distance_m: number | null
    drive_s: number | null
    cost_minor: number | null
    currency: string
    lateness_s: number | null
    unassigned: JsonList<Unassigned>
    baseline: OptionalJson<Baseline>
    base_plan_id: string | null
    base_route_id: string | null
    base_versions: OptionalJson<Record<string, number>>
    created_by: string
    created_at: Timestamp
    proposed_at: OptionalMoment
    approved_by: string | null
    approved_at: OptionalMoment
    version: Generated<number>
  }
  route: {
    id: string
    plan_id: string
    driver_id: string | null
    vehicle_id: string
    day: Day
    status: RouteStatus
    starts_at: Moment
    ends_at: Moment
    distance_m: number
    drive_s: number
    waiting_s: number
    cost_minor: number
    currency: string
    breaks: JsonList<{ starts_at: string; seconds: number }>
    dispatched_at: OptionalMoment
    completed_at: OptionalMoment
    version: Generated<number>
  }
  stop: {
    id: string
    route_id: string
    seq: number
    kind: 'delivery' | 'pickup'
    shipment_id: string
    status: StopStatus
    latitude: number
    longitude: number
    geocode_quality: string
    eta: Moment
    window_from: OptionalMoment
    window_to: OptionalMoment
    service_s: number
    lateness_s: Generated<number>
    load_after: Json<Load>
    reason: string | null
    arrived_at: OptionalMoment
    ended_at: OptionalMoment
    version: Generated<number>
  }
  proof_of_delivery: {
    id: string
    stop_id: string
    shipment_id: string
    kind: ProofKind
    sha256: string
    blob_ref: string | null
    recipient: string | null
    latitude: number | null
    longitude: number | null
    recorded_by: string
    recorded_at: Timestamp
  }
  position: { driver_id: string; ts: Timestamp; latitude: number; longitude: number }
  simulated_consignment: {
    key: string
    carrier_id: string
    tracking_no: string
    quirk: string | null
    state: 'moving' | 'voided' | 'turned_back'
    cost_minor: number
    created_at: Timestamp
  }
  simulated_scan: {
    id: string
    copy: number
    carrier_id: string
    tracking_no: string
    body: Json<unknown>
    due_at: Moment
    attempts: Generated<number>
    delivered_at: OptionalMoment
  }
}

/** What a plan was asked for. */
export interface PlanRequest {
  shipments?: string[]
  constraints?: {
    max_stops_per_route?: number | undefined
    max_route_hours?: number | undefined
    vehicles?: string[] | undefined
  }
  lock?: { shipment_id: string; driver_id: string }[]
  event?: { type: string; shipment_id?: string; minutes?: number; reason?: string }
}

/** A problem for the solver, and what its numbers stand for. Times are seconds since `zero` (ISO). */
export interface PlanProblem {
  zero: string
  problem: Problem
  /** By location index. */
  places: { latitude: number; longitude: number }[]
  /** By job id. */
  visits: Record<number, { shipment_id: string; kind: 'delivery' | 'pickup' }>
  /** By vehicle id of the problem. */
  crews: Record<number, { vehicle_id: string; driver_id: string; route_id?: string }>
}
