import type { Kysely } from 'kysely'
import { z } from 'zod'
import { authorizationOf } from './authorization.ts'
import {
  type AuthorizationRow,
  blockable,
  type DisputeRow,
  disputeStatuses,
  type HoldRow,
  holdKinds,
  holdStatuses,
  holdTargets,
  type Intent,
  intentStatuses,
  type OperationRow,
  operationStatuses,
  riskLevels,
  type Tables,
} from './database-tables.ts'
import { holdsOver } from './hold.ts'
import { capturable, refundable } from './intent.ts'

export const refundStatuses = ['none', 'partially_refunded', 'refunded'] as const

const Minor = z.int().describe('Minor units of currency')

/** A payment as lists show it. */
export const PaymentSummary = z.object({
  payment_id: z.string(),
  order_ref: z.string(),
  checkout_id: z.string(),
  customer_id: z.string(),
  currency: z.string(),
  amount_minor: Minor,
  status: z.enum(intentStatuses),
  refund_status: z.enum(refundStatuses),
  authorized_minor: Minor,
  captured_minor: Minor,
  voided_minor: Minor,
  refunded_minor: Minor,
  capturable_minor: Minor.describe('Can still be captured'),
  refundable_minor: Minor.describe('Can still be refunded'),
  created_at: z.string(),
  version: z.int().describe('For expected_version'),
})

export const Hold = z.object({
  hold_id: z.string(),
  target: z.enum(holdTargets),
  target_id: z.string(),
  kind: z.enum(holdKinds),
  amount_minor: z.int().optional(),
  status: z.enum(holdStatuses),
  blocks: z.array(z.enum(blockable)).describe('What it stops while it is in force'),
  reason_untrusted: z.string(),
  evidence: z.record(z.string(), z.unknown()).optional(),
  placed_by: z.string(),
  placed_at: z.string(),
  expires_at: z.string().optional(),
  ended_by: z.string().optional(),
  ended_at: z.string().optional(),
  ended_reason_untrusted: z.string().optional(),
  version: z.int().describe('For expected_version'),
})

export const Dispute = z.object({
  dispute_id: z.string(),
  payment_id: z.string(),
  amount_minor: z.int(),
  currency: z.string(),
  reason: z.string(),
  status: z.enum(disputeStatuses),
  respond_by: z.string().optional().describe('Until then we can answer'),
  evidence_untrusted: z.record(z.string(), z.string()).optional(),
  opened_at: z.string(),
  closed_at: z.string().optional(),
  version: z.int(),
})

const Operation = z.object({
  amount_minor: z.int(),
  status: z.enum(operationStatuses),
  source: z.string(),
  source_id: z.string(),
  reason_untrusted: z.string(),
  failure_code: z.string().optional(),
  requested_at: z.string(),
  ended_at: z.string().optional(),
})

/** A payment with everything about it. */
export const PaymentDetail = PaymentSummary.extend({
  method: z.string().describe('Token of the payment method'),
  provider: z.string(),
  capture_method: z.enum(['multiple', 'single']),
  authorization_status: z.string(),
  capture_before: z.string().optional().describe('The reserved money can be captured until then'),
  action_url: z.string().optional().describe('Where the customer confirms'),
  decline_code: z.string().optional(),
  message: z.string().optional(),
  pending_minor: z.object({ capture: Minor, void: Minor, refund: Minor }).describe('Under way'),
  disputed_minor: Minor,
  dispute_lost_minor: Minor,
  risk: z.object({ score: z.int(), level: z.enum(riskLevels) }).optional(),
  holds: z.array(Hold),
  disputes: z.array(Dispute),
  captures: z.array(Operation.extend({ capture_id: z.string() })),
  refunds: z.array(Operation.extend({ refund_id: z.string() })),
  voids: z.array(Operation.extend({ void_id: z.string() })),
})

/** A payment as lists show it. */
export function summaryOf(intent: Intent): z.input<typeof PaymentSummary> {
  return {
    payment_id: intent.id,
    order_ref: intent.order_ref,
    checkout_id: intent.checkout_id,
    customer_id: intent.customer_id,
    currency: intent.currency,
    amount_minor: intent.amount_minor,
    status: intent.status,
    refund_status: refundStatusOf(intent),
    authorized_minor: intent.authorized_minor,
    captured_minor: intent.captured_minor,
    voided_minor: intent.voided_minor,
    refunded_minor: intent.refunded_minor,
    capturable_minor: capturable(intent),
    refundable_minor: refundable(intent),
    created_at: intent.created_at.toISOString(),
    version: intent.version,
  }
}

/** The payment with its operations, holds and disputes. */
export async function describePayment(db: Kysely<Tables>, intent: Intent): Promise<z.input<typeof PaymentDetail>> {
  const [authorization, operations, holds, disputes, risk] = await Promise.all([
    authorizationOf(db, intent.id),
    db.selectFrom('operation').selectAll().where('intent_id', '=', intent.id).orderBy('id').execute(),
    holdsOver(db, intent),
    db.selectFrom('dispute').selectAll().where('intent_id', '=', intent.id).orderBy('id').execute(),
    riskOf(db, intent.id),
  ])
  const of = (kind: OperationRow['kind']) => operations.filter((operation) => operation.kind === kind)
  return {
    ...summaryOf(intent),
    method: intent.method,
    provider: intent.provider,
    capture_method: intent.capture_method,
    authorization_status: authorization.status,
    ...decisionOf(authorization),
    pending_minor: {
      capture: intent.capture_pending_minor,
      void: intent.void_pending_minor,
      refund: intent.refund_pending_minor,
    },
    disputed_minor: intent.disputed_minor,
    dispute_lost_minor: intent.dispute_lost_minor,
    ...(risk ? { risk } : {}),
    holds: holds.map(holdView),
    disputes: disputes.map(disputeView),
    captures: of('capture').map((row) => ({ capture_id: row.id, ...operationView(row) })),
    refunds: of('refund').map((row) => ({ refund_id: row.id, ...operationView(row) })),
    voids: of('void').map((row) => ({ void_id: row.id, ...operationView(row) })),
  }
}

export function holdView(hold: HoldRow): z.input<typeof Hold> {
  return {
    hold_id: hold.id,
    target: hold.target,
    target_id: hold.target_id,
    kind: hold.kind,
    ...(hold.amount_minor === null ? {} : { amount_minor: hold.amount_minor }),
    status: hold.status,
    blocks: hold.blocks,
    reason_untrusted: hold.reason,
    ...(Object.keys(hold.evidence).length === 0 ? {} : { evidence: hold.evidence }),
    placed_by: hold.placed_by,
    placed_at: hold.placed_at.toISOString(),
    ...(hold.expires_at ? { expires_at: hold.expires_at.toISOString() } : {}),
    ...(hold.ended_by === null ? {} : { ended_by: hold.ended_by }),
    ...(hold.ended_at ? { ended_at: hold.ended_at.toISOString() } : {}),
    ...(hold.ended_reason === null ? {} : { ended_reason_untrusted: hold.ended_reason }),
    version: hold.version,
  }
}

export function disputeView(dispute: DisputeRow): z.input<typeof Dispute> {
  return {
    dispute_id: dispute.id,
    payment_id: dispute.intent_id,
    amount_minor: dispute.amount_minor,
    currency: dispute.currency,
    reason: dispute.reason,
    status: dispute.status,
    ...(dispute.respond_by ? { respond_by: dispute.respond_by.toISOString() } : {}),
    ...(dispute.evidence ? { evidence_untrusted: dispute.evidence } : {}),
    opened_at: dispute.opened_at.toISOString(),
    ...(dispute.closed_at ? { closed_at: dispute.closed_at.toISOString() } : {}),
    version: dispute.version,
  }
}

/** Score and level, once the payment was authorised. */
export function riskOf(db: Kysely<Tables>, intentId: string) {
  return db
    .selectFrom('risk_assessment')
    .select(['score', 'level'])
    .where('intent_id', '=', intentId)
    .executeTakeFirst()
}

/** What the provider's decision left to know: until when, where to confirm, why not. */
export function decisionOf({ capture_before, action_url, decline_code, message }: AuthorizationRow) {
  return {
    ...(capture_before ? { capture_before: capture_before.toISOString() } : {}),
    ...(action_url === null ? {} : { action_url }),
    ...(decline_code === null ? {} : { decline_code }),
    ...(message === null ? {} : { message }),
  }
}

function operationView(row: OperationRow): z.input<typeof Operation> {
  return {
    amount_minor: row.amount_minor,
    status: row.status,
    source: row.source,
    source_id: row.source_id,
    reason_untrusted: row.reason,
    ...(row.failure_code === null ? {} : { failure_code: row.failure_code }),
    requested_at: row.requested_at.toISOString(),
    ...(row.ended_at ? { ended_at: row.ended_at.toISOString() } : {}),
  }
}

function refundStatusOf({ refunded_minor, captured_minor }: Intent): (typeof refundStatuses)[number] {
  if (refunded_minor === 0) return 'none'
  return refunded_minor < captured_minor ? 'partially_refunded' : 'refunded'
}
