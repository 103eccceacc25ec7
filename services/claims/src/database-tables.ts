import type { Tier } from '@backroom/mcp-service'
import type { ColumnType, Generated, GeneratedAlways } from 'kysely'

/** A moment: read as Date, written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>

/** A JSON value: written as its text. */
type Json<Value> = ColumnType<Value, string, string>

export const claimKinds = ['damaged', 'missing', 'wrong_item', 'not_received', 'late', 'quality'] as const
export type ClaimKind = (typeof claimKinds)[number]

export const claimStatuses = [
  'draft',
  'submitted',
  'under_review',
  'info_requested',
  'assessed',
  'approved',
  'partially_approved',
  'denied',
  'appealed',
  'settling',
  'settled',
  'closed',
  'withdrawn',
] as const
export type ClaimStatus = (typeof claimStatuses)[number]

export const settlementMethods = ['refund', 'replacement', 'store_credit'] as const
export type SettlementMethod = (typeof settlementMethods)[number]

export const settlementStatuses = ['pending', 'succeeded', 'failed'] as const
export type SettlementStatus = (typeof settlementStatuses)[number]

export const evidenceKinds = [
  'photo',
  'pod',
  'invoice',
  'weight',
  'statement',
  'packaging',
  'bill_of_lading',
  'tracking',
] as const
export type EvidenceKind = (typeof evidenceKinds)[number]

export const recommendations = ['approve', 'partially_approve', 'deny'] as const
export type Recommendation = (typeof recommendations)[number]

export const liabilityParties = ['carrier', 'insurer', 'supplier', 'customer', 'retailer'] as const
export type LiabilityParty = (typeof liabilityParties)[number]

export const counterpartyKinds = ['carrier', 'insurer', 'supplier'] as const
export type CounterpartyKind = (typeof counterpartyKinds)[number]

export const recoveryStatuses = [
  'identified',
  'filed',
  'acknowledged',
  'offer',
  'accepted',
  'rejected',
  'paid',
  'closed',
  'declined',
  'disputed',
  'written_off',
  'expired',
] as const
export type RecoveryStatus = (typeof recoveryStatuses)[number]

export const recoveryBases = ['loss', 'damage', 'shortage', 'delay', 'defect'] as const
export type RecoveryBasis = (typeof recoveryBases)[number]

export const deadlineSteps = ['file', 'acknowledge', 'decide', 'follow_up', 'sue'] as const
export type DeadlineStep = (typeof deadlineSteps)[number]

/** The tables of schema `claims`; money is in minor units, quantities in whole units. */
export interface Tables {
  claim: {
    id: string
    number: string
    kind: ClaimKind
    status: ClaimStatus
    resume_status: 'approved' | 'partially_approved' | null
    order_id: string
    order_number: string
    customer_id: string
    region: string
    shipment_ref: string | null
    carrier: string | null
    tracking: string | null
    event_on: Timestamp
    requested: SettlementMethod
    currency: string
    requested_minor: number
    approved_minor: number | null
    reason_code: string | null
    liability_party: LiabilityParty | null
    statement: string | null
    rma_number: string | null
    draw_round: Generated<number>
    draw_tries: Generated<number>
    sla_due: OptionalTimestamp
    opened_by: string
    opened_at: Timestamp
    decided_at: OptionalTimestamp
    settled_at: OptionalTimestamp
    version: Generated<number>
  }
  claim_line: {
    claim_id: string
    order_line_id: string
    sku: string
    title: string
    qty: number
    requested_minor: number
    approved_minor: number | null
    keep_item: Generated<boolean>
    draw_id: string | null
  }
  claim_event: HistoryRow & { claim_id: string }
  evidence: {
    id: string
    claim_id: string
    kind: EvidenceKind
    uri: string
    sha256: string
    mime: string
    source: 'customer' | 'staff' | 'service'
    exif_ok: boolean | null
    added_by: string
    received_at: Timestamp
  }
  evidence_request: {
    id: string
    claim_id: string
    kinds: EvidenceKind[]
    message: string
    requested_by: string
    requested_at: Timestamp
    answered_at: OptionalTimestamp
  }
  claim_part: { claim_id: string; account: string; part: 'assessor' | 'approver' }
  assessment: {
    id: string
    claim_id: string
    findings: string
    carrier_bp: number
    supplier_bp: number
    customer_bp: number
    retailer_bp: number
    fraud_score: number
    recommendation: Recommendation
    recommended_minor: number
    assessor: string
    part: GeneratedAlways<string>
    assessed_at: Timestamp
  }
  decision: {
    id: string
    claim_id: string
    verdict: 'approved' | 'partially_approved' | 'denied'
    amount_minor: number
    reason_code: string | null
    letter: string | null
    decided_by: string
    part: GeneratedAlways<string | null>
    decided_at: Timestamp
  }
  settlement: {
    id: string
    claim_id: string
    method: SettlementMethod
    amount_minor: number
    currency: string
    status: Generated<SettlementStatus>
    payment_ref: string | null
    replacement_ref: string | null
    credit_ref: string | null
    message: string | null
    requested_by: string
    requested_at: Timestamp
    ended_at: OptionalTimestamp
  }
  recovery: {
    id: string
    file_number: string
    claim_id: string | null
    shipment_ref: string
    order_id: string | null
    counterparty_kind: CounterpartyKind
    counterparty: string
    service: Generated<string>
    policy_no: string | null
    tracking: string | null
    status: RecoveryStatus
    basis: RecoveryBasis
    currency: string
    expected_minor: number
    claimed_minor: number | null
    offered_minor: number | null
    paid_minor: number | null
    identification: string | null
    liability_assertion: string | null
    event_on: Timestamp
    identified_at: Timestamp
    filed_at: OptionalTimestamp
    filed_by: string | null
    ended_at: OptionalTimestamp
    alarmed_at: OptionalTimestamp
    ledger_tx: string | null
    counterparty_ref: string | null
    version: Generated<number>
  }
  recovery_event: HistoryRow & { recovery_id: string }
  recovery_document: {
    recovery_id: string
    kind: EvidenceKind
    uri: string
    sha256: string
    mime: string
    added_at: Timestamp
  }
  correspondence: {
    id: string
    claim_id: string | null
    recovery_id: string | null
    direction: 'in' | 'out'
    kind: string
    text_untrusted: string
    amount_minor: number | null
    author: string
    at: Timestamp
  }
  deadline_rule: {
    party: CounterpartyKind | 'customer'
    counterparty: Generated<string>
    service: Generated<string>
    step: DeadlineStep | 'answer'
    /** An SQL interval; dates are worked out in SQL. */
    within: string
    alarm_days: Generated<number>
    source: string
  }
  recovery_deadline: {
    recovery_id: string
    step: DeadlineStep
    due_at: Timestamp
    alarm_at: Timestamp
    alarmed_at: OptionalTimestamp
    ended_at: OptionalTimestamp
  }
  approval_rule: { tool: string; currency: Generated<string>; up_to_minor: number | null; tier: Tier }
}

/** A table of what happened to one kind of thing. */
interface HistoryRow {
  id: GeneratedAlways<number>
  type: string
  from_status: string | null
  to_status: string | null
  actor: string
  data: Json<Record<string, unknown>>
  at: Timestamp
}
