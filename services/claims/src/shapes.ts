import { z } from 'zod'
import {
  claimKinds,
  claimStatuses,
  counterpartyKinds,
  deadlineSteps,
  evidenceKinds,
  liabilityParties,
  recommendations,
  recoveryBases,
  recoveryStatuses,
  settlementMethods,
  settlementStatuses,
} from './database-tables.ts'

export const EvidenceShape = z.object({
  evidence_id: z.string(),
  kind: z.enum(evidenceKinds),
  uri_untrusted: z.string().describe('Where the file is; nobody has looked whether its content has this digest'),
  sha256: z.string(),
  mime: z.string(),
  source: z.enum(['customer', 'staff', 'service']),
  exif_ok: z.boolean().nullable().describe('Whether place and time in the picture fit; null: nobody has looked'),
  received_at: z.string(),
})

export const EvidenceRequestShape = z.object({
  request_id: z.string(),
  claim_number: z.string(),
  kinds: z.array(z.enum(evidenceKinds)),
  message_untrusted: z.string(),
  requested_at: z.string(),
  answered_at: z.string().nullable(),
})

export const AssessmentShape = z.object({
  assessment_id: z.string(),
  findings_untrusted: z.string(),
  liability: z
    .object({ carrier_bp: z.int(), supplier_bp: z.int(), customer_bp: z.int(), retailer_bp: z.int() })
    .describe('Shares in hundredths of a percent'),
  fraud_score: z.int().describe('0: nothing odd; 100: certain'),
  recommendation: z.enum(recommendations),
  recommended_minor: z.int(),
  assessor: z.string(),
  assessed_at: z.string(),
})

export const SettlementShape = z.object({
  settlement_id: z.string(),
  method: z.enum(settlementMethods),
  status: z.enum(settlementStatuses).describe('pending: being paid; failed: nothing was paid, settle again'),
  amount_minor: z.int(),
  currency: z.string(),
  payment_ref: z.string().nullable(),
  replacement_ref: z.string().nullable(),
  credit_ref: z.string().nullable(),
  message_untrusted: z.string().nullable(),
})

export const LetterShape = z.object({
  direction: z.enum(['in', 'out']),
  kind: z.string(),
  text_untrusted: z.string(),
  amount_minor: z.int().nullable(),
  author: z.string(),
  at: z.string(),
})

export const DeadlineShape = z.object({
  step: z.enum(deadlineSteps),
  due_at: z.string(),
  alarmed: z.boolean(),
})

export const RecoverySummary = z.object({
  recovery_id: z.string(),
  file_number: z.string(),
  claim_number: z.string().nullable(),
  shipment_ref: z.string(),
  counterparty: z.object({ kind: z.enum(counterpartyKinds), name: z.string() }),
  status: z.enum(recoveryStatuses),
  basis: z.enum(recoveryBases),
  currency: z.string(),
  expected_minor: z.int(),
  claimed_minor: z.int().nullable(),
  offered_minor: z.int().nullable(),
  paid_minor: z.int().nullable(),
  deadlines: z.array(DeadlineShape).describe('Open ones, the first first'),
  version: z.int().describe('For expected_version'),
})

export const RecoveryShape = RecoverySummary.extend({
  order_id: z.string().nullable(),
  tracking: z.string().nullable(),
  policy_no: z.string().nullable(),
  counterparty_ref: z.string().nullable(),
  identification_untrusted: z.string().nullable(),
  liability_assertion_untrusted: z.string().nullable(),
  identified_at: z.string(),
  filed_at: z.string().nullable(),
  ended_at: z.string().nullable(),
  ledger_tx: z.string().nullable(),
  documents: z.array(
    z.object({ kind: z.enum(evidenceKinds), uri_untrusted: z.string(), sha256: z.string(), mime: z.string() }),
  ),
  missing_documents: z.array(z.enum(evidenceKinds)).describe('Usually asked for, and not there'),
  correspondence: z.array(LetterShape),
  allowed_actions: z.array(z.string()).describe('Tools that make sense for it as it is'),
})

/** A claim in a list. */
export const ClaimSummary = z.object({
  claim_number: z.string(),
  kind: z.enum(claimKinds),
  status: z.enum(claimStatuses),
  order_id: z.string(),
  order_number: z.string(),
  customer_id: z.string(),
  currency: z.string(),
  requested_minor: z.int(),
  approved_minor: z.int().nullable(),
  opened_at: z.string(),
  answer_due: z.string().nullable(),
  version: z.int().describe('For expected_version'),
})

/** A claim with everything that the viewer may see. */
export const ClaimShape = ClaimSummary.extend({
  requested: z.enum(settlementMethods),
  region: z.string(),
  shipment_ref: z.string().nullable(),
  carrier: z.string().nullable(),
  tracking: z.string().nullable(),
  statement_untrusted: z.string().nullable(),
  rma_number: z.string().nullable().describe('The return that compensates the customer instead'),
  reason_code: z.string().nullable().describe('Why it was denied'),
  decided_at: z.string().nullable(),
  settled_at: z.string().nullable(),
  lines: z.array(
    z.object({
      order_line_id: z.string(),
      sku: z.string(),
      title: z.string(),
      qty: z.int().describe('Units that are compensated; 0: money alone'),
      requested_minor: z.int(),
      approved_minor: z.int().nullable(),
      keep_item: z.boolean(),
    }),
  ),
  evidence: z.array(EvidenceShape),
  evidence_requests: z.array(EvidenceRequestShape.omit({ claim_number: true })),
  settlements: z.array(SettlementShape),
  correspondence: z.array(LetterShape),
  allowed_actions: z.array(z.string()).describe('Tools that make sense for the claim as it is'),
  liability_party: z.enum(liabilityParties).nullable().optional(),
  opened_by: z.string().optional(),
  assessments: z.array(AssessmentShape).optional(),
  recoveries: z.array(RecoverySummary).optional(),
})
