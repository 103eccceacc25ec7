import type { Day } from '@backroom/calendar'
import type { ColumnType, Generated, GeneratedAlways, Selectable } from 'kysely'
import type { ProviderEventTable } from './inbound/provider-event.ts'
import type { ProviderName } from './provider/provider.ts'

/** A moment: read as Date, written as Date or ISO text. */
type Timestamp = ColumnType<Date, Date | string | undefined, Date | string>
type OptionalTimestamp = ColumnType<Date | null, Date | string | null | undefined, Date | string | null>
/** Read as the value, written as JSON text. */
type Json<Value> = ColumnType<Value, string, string>
type Defaulted<Value> = ColumnType<Value, Value | undefined, Value>

export const intentStatuses = [
  'requires_method',
  'requires_action',
  'authorized',
  'partially_captured',
  'captured',
  'voided',
  'expired',
  'declined',
  'failed',
] as const
export type IntentStatus = (typeof intentStatuses)[number]

export type AuthorizationStatus =
  | 'requested'
  | 'sent'
  | 'unknown'
  | 'requires_action'
  | 'authorized'
  | 'declined'
  | 'failed'
  | 'voided'
  | 'expired'

export type OperationKind = 'capture' | 'void' | 'refund'
export const operationStatuses = ['requested', 'sent', 'unknown', 'succeeded', 'failed', 'reversed'] as const
export type OperationStatus = (typeof operationStatuses)[number]

export const holdTargets = ['payment', 'payout', 'customer', 'order'] as const
export type HoldTarget = (typeof holdTargets)[number]
export const holdKinds = [
  'fraud_review',
  'manual_review',
  'dispute_reserve',
  'compliance',
  'funds_availability',
  'velocity',
] as const
export type HoldKind = (typeof holdKinds)[number]
export const holdStatuses = ['active', 'release_requested', 'released', 'rejected', 'expired', 'converted'] as const
export type HoldStatus = (typeof holdStatuses)[number]
export const blockable = ['capture', 'payout', 'refund'] as const
export type Blockable = (typeof blockable)[number]

export const disputeStatuses = [
  'warning',
  'needs_response',
  'under_review',
  'won',
  'lost',
  'accepted',
  'expired',
] as const
export type DisputeStatus = (typeof disputeStatuses)[number]

export const riskLevels = ['low', 'elevated', 'high'] as const
export type RiskLevel = (typeof riskLevels)[number]
export const riskDecisions = ['approve', 'decline', 'escalate'] as const
export type RiskDecision = (typeof riskDecisions)[number]

export type AccountType = 'asset' | 'liability' | 'income' | 'expense' | 'equity'
export type Direction = 'debit' | 'credit'

export const limitedOperations = ['capture', 'refund', 'credit', 'authorize'] as const
export type LimitedOperation = (typeof limitedOperations)[number]
export type LimitSubject = 'client' | 'customer'

export type ReconItemKind = 'missing_here' | 'missing_at_provider' | 'amount_differs' | 'unknown_outcome'

/** A rule that a payment met, with what it adds to the score of 0 to 100. */
export interface RiskRule {
  rule: string
  points: number
  detail: string
}

interface PaymentIntent {
  id: string
  checkout_id: string
  order_ref: string
  customer_id: string
  currency: string
  amount_minor: number
  shipping_minor: Defaulted<number>
  tax_minor: Defaulted<number>
  method: string
  capture_method: 'multiple' | 'single'
  provider: ProviderName
  status: IntentStatus
  authorized_minor: Defaulted<number>
  captured_minor: Defaulted<number>
  capture_pending_minor: Defaulted<number>
  voided_minor: Defaulted<number>
  void_pending_minor: Defaulted<number>
  refunded_minor: Defaulted<number>
  refund_pending_minor: Defaulted<number>
  disputed_minor: Defaulted<number>
  dispute_lost_minor: Defaulted<number>
  order_confirmed_at: OptionalTimestamp
  created_at: Timestamp
  version: Generated<number>
}

interface Authorization {
  id: string
  intent_id: string
  provider_ref: ColumnType<string | null, string | null | undefined, string | null>
  amount_minor: number
  status: AuthorizationStatus
  capture_before: OptionalTimestamp
  expiry_reported_at: OptionalTimestamp
  action_url: ColumnType<string | null, string | null | undefined, string | null>
  decline_code: ColumnType<string | null, string | null | undefined, string | null>
  message: ColumnType<string | null, string | null | undefined, string | null>
  requested_at: Timestamp
  decided_at: OptionalTimestamp
}

interface Operation {
  id: string
  kind: OperationKind
  intent_id: string
  amount_minor: number
  currency: string
  status: OperationStatus
  source: string
  source_id: string
  reason: string
  final: Defaulted<boolean>
  provider_ref: ColumnType<string | null, string | null | undefined, string | null>
  failure_code: ColumnType<string | null, string | null | undefined, string | null>
  failure_message: ColumnType<string | null, string | null | undefined, string | null>
  requested_by: string
  requested_at: Timestamp
  ended_at: OptionalTimestamp
}

interface Hold {
  id: string
  target: HoldTarget
  target_id: string
  kind: HoldKind
  amount_minor: number | null
  reason: string
  evidence: Json<Record<string, unknown>>
  blocks: Blockable[]
  placed_by: string
  placed_at: Timestamp
  expires_at: OptionalTimestamp
  status: Defaulted<HoldStatus>
  release_approval_id: ColumnType<string | null, string | null | undefined, string | null>
  ended_by: ColumnType<string | null, string | null | undefined, string | null>
  ended_reason: ColumnType<string | null, string | null | undefined, string | null>
  ended_at: OptionalTimestamp
  version: Generated<number>
}

interface Dispute {
  id: string
  intent_id: string
  provider: ProviderName
  provider_ref: string
  amount_minor: number
  currency: string
  reason: string
  status: DisputeStatus
  respond_by: OptionalTimestamp
  evidence: ColumnType<Record<string, string> | null, string | null | undefined, string | null>
  funds_withdrawn: Defaulted<boolean>
  opened_at: Timestamp
  closed_at: OptionalTimestamp
  version: Generated<number>
}

/** The tables of schema `payments`; money is in minor units of the row's currency. */
export interface Tables {
  provider_event: ProviderEventTable
  payment_intent: PaymentIntent
  authorization: Authorization
  operation: Operation
  refund_draft: {
    id: string
    intent_id: string
    amount_minor: number
    reason: string | null
    created_by: string
    created_at: Timestamp
    expires_at: Timestamp
  }
  hold: Hold
  risk_assessment: {
    intent_id: string
    score: number
    level: RiskLevel
    rules: Json<RiskRule[]>
    decision: ColumnType<RiskDecision | null, RiskDecision | null | undefined, RiskDecision>
    decided_by: ColumnType<string | null, string | null | undefined, string>
    decided_reason: ColumnType<string | null, string | null | undefined, string>
    decided_at: OptionalTimestamp
    assessed_at: Timestamp
  }
  dispute: Dispute
  dispute_answer: {
    id: string
    dispute_id: string
    kind: 'evidence' | 'acceptance'
    evidence: Json<Record<string, string>>
    status: 'requested' | 'unknown' | 'succeeded' | 'failed'
    failure: ColumnType<string | null, string | null | undefined, string | null>
    requested_by: string
    requested_at: Timestamp
  }
  limit_policy: {
    subject_kind: LimitSubject
    subject: string
    operation: LimitedOperation
    currency: string
    max_amount_minor: number | null
    max_count: number | null
    reason: string
    set_by: string
    set_at: Timestamp
  }
  limit_usage: {
    subject_kind: LimitSubject
    subject: string
    operation: LimitedOperation
    currency: string
    day: Day
    amount_minor: number
    count: number
  }
  frozen: { subject_kind: LimitSubject; subject: string; reason: string; placed_by: string; placed_at: Timestamp }
  approval_rule: {
    tool: string
    kind: string
    currency: string
    up_to_minor: number | null
    tier: 'A0' | 'A1' | 'A2' | 'A3'
  }
  ledger_account: { id: string; code: string; type: AccountType; currency: string; owner: string | null }
  ledger_tx: { id: string; ts: Timestamp; kind: string; cause: string; external_ref: string | null }
  ledger_entry: {
    id: GeneratedAlways<number>
    tx_id: string
    ts: Timestamp
    account_id: string
    currency: string
    direction: Direction
    amount_minor: number
  }
  store_credit: { customer_id: string; currency: string; balance_minor: number; version: Generated<number> }
  store_credit_grant: {
    id: string
    customer_id: string
    currency: string
    amount_minor: number
    source: string
    source_id: string
    reason: string
    granted_by: string
    granted_at: Timestamp
  }
  settlement_line: {
    provider: ProviderName
    provider_ref: string
    kind: 'capture' | 'refund' | 'dispute' | 'dispute_reversal'
    operation_id: string | null
    authorization_ref: string
    amount_minor: number
    fee_minor: number
    currency: string
    booked_at: Timestamp
  }
  reconciliation: {
    provider: ProviderName
    day: Day
    lines: number
    matched: number
    fees: Json<{ currency: string; fee_minor: number }[]>
    ran_at: Timestamp
  }
  recon_item: {
    provider: ProviderName
    day: Day
    kind: ReconItemKind
    reference: string
    ours_minor: number | null
    theirs_minor: number | null
    currency: string
  }
  ledger_differences: {
    source: 'transaction' | 'payment' | 'operation' | 'store_credit' | 'closed_day'
    id: string
    detail: string
    balance: string
    recorded: string
  }
}

export type Intent = Selectable<PaymentIntent>
export type AuthorizationRow = Selectable<Authorization>
export type OperationRow = Selectable<Operation>
export type HoldRow = Selectable<Hold>
export type DisputeRow = Selectable<Dispute>
