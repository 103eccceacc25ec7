import { z } from 'zod'
import {
  cartonConditions,
  clawbacks,
  dispositions,
  fraudKinds,
  grades,
  labelMethods,
  resolutionKinds,
  resolutionStatuses,
  rmaStatuses,
  wantedResolutions,
} from './database-tables.ts'

export const InspectionShape = z.object({
  inspection_id: z.string(),
  rma_line_id: z.string(),
  qty: z.int(),
  grade: z.enum(grades),
  accepted: z.boolean(),
  checks_untrusted: z.array(z.object({ check: z.string(), passed: z.boolean(), note: z.string().optional() })),
  serial_match: z.boolean().nullable().describe('null: no serial number was sold, as far as is known'),
  recommended_disposition: z.enum(dispositions),
  superseded: z.boolean(),
  inspector: z.string(),
  decided_at: z.string(),
})

export const ReceiptShape = z.object({
  receipt_id: z.string(),
  warehouse: z.string(),
  dock: z.string().nullable(),
  carton_condition: z.enum(cartonConditions),
  lines: z.array(z.object({ rma_line_id: z.string(), sku: z.string(), qty: z.int(), condition_untrusted: z.string() })),
  received_by: z.string(),
  received_at: z.string(),
})

export const DispositionShape = z.object({
  disposition_id: z.string(),
  rma_line_id: z.string(),
  disposition: z.enum(dispositions),
  qty: z.int(),
  warehouse: z.string(),
  location: z.string().nullable(),
  status: z.enum(['pending', 'booked']),
  wms_movement_ref: z.string().nullable(),
  decided_at: z.string(),
})

export const ResolutionShape = z.object({
  resolution_id: z.string(),
  kind: z.enum(resolutionKinds),
  advance: z.boolean().describe('Paid before the goods were back'),
  status: z.enum(resolutionStatuses),
  amount_minor: z.int().describe('Worth of what the customer gets'),
  fee_minor: z.int(),
  currency: z.string(),
  lines: z.array(
    z.object({ order_line_id: z.string(), sku: z.string(), qty: z.int(), draw_id: z.string(), amount_minor: z.int() }),
  ),
  replacement_lines: z.array(z.object({ sku: z.string(), qty: z.int() })).optional(),
  payment_refund_ref: z.string().nullable(),
  credit_ref: z.string().nullable(),
  replacement_order_ref: z.string().nullable(),
  message_untrusted: z.string().nullable(),
  clawback: z
    .object({ due_at: z.string(), state: z.enum(clawbacks), amount_minor: z.int() })
    .optional()
    .describe('Of an advance: until when goods must cover it, and what the customer owes'),
})

export const RmaLineShape = z.object({
  rma_line_id: z.string(),
  order_line_id: z.string(),
  sku: z.string(),
  title: z.string(),
  category: z.string(),
  reason_code: z.string(),
  customer_note_untrusted: z.string().nullable(),
  qty_requested: z.int(),
  qty_authorised: z.int(),
  qty_received: z.int(),
  qty_accepted: z.int(),
  qty_rejected: z.int(),
  paid_minor: z.int().describe('What the customer paid for the requested units'),
  serials_sold: z
    .array(z.string())
    .describe('Serial numbers that the units must have; none where the article has none'),
})

/** What a return is worth, in minor units. */
export const MoneyShape = z.object({
  basis: z.enum(['accepted', 'authorised']).describe('Units that count: those inspected, or those still expected'),
  share_minor: z.int().describe('Paid for these units'),
  restocking_fee_minor: z.int(),
  label_fee_minor: z.int(),
  advanced_minor: z.int(),
  ceiling_minor: z.int().describe('The most that may still be paid'),
  owed_back_minor: z.int().describe('Advanced beyond what the goods are worth'),
  currency: z.string(),
})

/** A return in a list. */
export const RmaSummary = z.object({
  rma_id: z.string(),
  rma_number: z.string(),
  status: z.enum(rmaStatuses),
  order_id: z.string(),
  order_number: z.string(),
  customer_id: z.string(),
  resolution_wanted: z.enum(wantedResolutions),
  warehouse: z.string(),
  requested_at: z.string(),
  expires_at: z.string().nullable().describe('By when the goods must be on their way'),
  version: z.int().describe('For expected_version'),
})

/** A return with everything about it. */
export const RmaShape = RmaSummary.extend({
  channel: z.string(),
  region: z.string(),
  currency: z.string(),
  out_of_policy: z.array(z.string()).describe('Why the policy does not cover it'),
  returnless: z.boolean(),
  complete: z.boolean().describe('Nothing more is expected, though less may have come'),
  evidence: z.array(z.object({ kind: z.string(), uri_untrusted: z.string(), sha256: z.string().optional() })),
  lines: z.array(RmaLineShape),
  label: z
    .object({
      method: z.enum(labelMethods),
      shipment_id: z.string().nullable(),
      carrier: z.string().nullable(),
      tracking: z.string().nullable().describe('Also what a QR code of the label holds'),
      cost_minor: z.int().nullable(),
      pickup_ref: z.string().nullable(),
      voided: z
        .boolean()
        .nullable()
        .describe(
          'The return came to nothing and its parcel was stopped; false: the parcel is on its way all the same',
        ),
    })
    .nullable(),
  receipts: z.array(ReceiptShape),
  inspections: z.array(InspectionShape),
  dispositions: z.array(DispositionShape),
  resolutions: z.array(ResolutionShape),
  money: MoneyShape,
  carrier_claim: z.string().nullable(),
  fraud_signals: z
    .array(z.object({ kind: z.enum(fraudKinds), detail: z.record(z.string(), z.unknown()), at: z.string() }))
    .describe('Never shown to customers'),
  decision: z.object({ by: z.string(), note_untrusted: z.string().nullable() }).nullable(),
  authorized_at: z.string().nullable(),
  resolved_at: z.string().nullable(),
  allowed_actions: z.array(z.string()).describe('Tools that make sense for the return as it is'),
})

/** A return policy as callers see it. */
export const PolicyShape = z.object({
  policy_id: z.string(),
  region: z.string(),
  category: z.string(),
  window_days: z.int(),
  final_sale: z.boolean(),
  restocking_percent: z.number(),
  free_label: z.boolean(),
  label_cost_minor: z.int(),
  returnless_below_minor: z.int(),
  evidence_required: z.boolean(),
  auto_approve: z.boolean(),
  ship_within_days: z.int(),
  currency: z.string(),
})
