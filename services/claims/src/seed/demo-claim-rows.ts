import { createHash } from 'node:crypto'
import { DAY_MS } from '@backroom/calendar'
import type { DemoClaim, DemoClaimStage } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { ClaimStatus, Tables } from '../database-tables.ts'
import { ORDER_CARRIER } from './demo-carriers.ts'

type Row<Table extends keyof Tables> = Insertable<Tables[Table]>

/** Between two steps of a claim. */
const STEP_MS = 6 * 3_600_000
/** Who assessed and who decided: never the same person. */
const ASSESSOR = 'staff-claims2'
const DECIDER = 'staff-claims'

const regions: Record<string, string> = { CA: 'west', OR: 'west', WA: 'west', GA: 'east', MD: 'east' }
const undecided: readonly DemoClaimStage[] = ['submitted', 'under_review', 'info_requested', 'assessed']

/** The way of a claim to its stage. */
const paths: Record<DemoClaimStage, readonly ClaimStatus[]> = {
  draft: ['draft'],
  submitted: ['submitted'],
  under_review: ['submitted', 'under_review'],
  info_requested: ['submitted', 'under_review', 'info_requested'],
  assessed: ['submitted', 'under_review', 'assessed'],
  approved: ['submitted', 'under_review', 'assessed', 'approved'],
  denied: ['submitted', 'under_review', 'assessed', 'denied'],
  withdrawn: ['submitted', 'withdrawn'],
}

export function claimRow(claim: DemoClaim): Row<'claim'> {
  const { order, stage, openedAt, amountMinor } = claim
  return {
    id: claim.claimId,
    number: claim.number,
    kind: claim.kind,
    status: stage,
    order_id: order.orderId,
    order_number: order.number,
    customer_id: order.customer.customerId,
    region: regions[order.customer.address.region] ?? 'central',
    shipment_ref: order.shipmentRef,
    carrier: carrierOf(claim),
    tracking: null,
    event_on: eventOn(claim),
    requested: 'refund',
    currency: order.currency,
    requested_minor: amountMinor,
    approved_minor: stage === 'approved' ? amountMinor : null,
    reason_code: stage === 'denied' ? 'not_covered' : null,
    liability_party: assessed(claim) ? liable(claim) : null,
    statement: claim.statement,
    sla_due: undecided.includes(stage) ? new Date(openedAt.getTime() + 10 * DAY_MS) : null,
    opened_by: stage === 'draft' ? 'oms' : order.customer.customerId,
    opened_at: openedAt,
    decided_at: stage === 'approved' || stage === 'denied' ? new Date(openedAt.getTime() + 3 * STEP_MS) : null,
    version: paths[stage].length,
  }
}

export function lineRow({ claimId, line, quantity, amountMinor, drawId, stage }: DemoClaim): Row<'claim_line'> {
  return {
    claim_id: claimId,
    order_line_id: line.orderLineId,
    sku: line.sku,
    title: line.name,
    qty: quantity,
    requested_minor: amountMinor,
    approved_minor: stage === 'approved' ? amountMinor : null,
    draw_id: drawId,
  }
}

export function eventRows({ claimId, stage, openedAt, order }: DemoClaim): Row<'claim_event'>[] {
  const path = paths[stage]
  return path.map((to, index) => ({
    claim_id: claimId,
    type: index === 0 ? 'claim.opened' : `claim.${to}`,
    from_status: path[index - 1] ?? null,
    to_status: to,
    actor: index === 0 ? order.customer.customerId : to === 'assessed' ? ASSESSOR : DECIDER,
    data: '{}',
    at: new Date(openedAt.getTime() + index * STEP_MS),
  }))
}

/** A picture of what is broken, by its address and a digest. */
export function evidenceRows({ claimId, number, kind, stage, openedAt, order }: DemoClaim): Row<'evidence'>[] {
  if (kind !== 'damaged' || stage === 'info_requested') return []
  return [
    {
      id: `evd_${claimId.slice(4)}`,
      claim_id: claimId,
      kind: 'photo',
      uri: `https://files.example.com/claims/${number}/carton.jpg`,
      sha256: createHash('sha256').update(number).digest('hex'),
      mime: 'image/jpeg',
      source: 'customer',
      exif_ok: stage === 'submitted' ? null : true,
      added_by: order.customer.customerId,
      received_at: openedAt,
    },
  ]
}

export function partRows(claim: DemoClaim): Row<'claim_part'>[] {
  const { claimId, stage } = claim
  return [
    ...(assessed(claim) ? [{ claim_id: claimId, account: ASSESSOR, part: 'assessor' as const }] : []),
    ...(stage === 'approved' ? [{ claim_id: claimId, account: DECIDER, part: 'approver' as const }] : []),
  ]
}

export function assessmentRows(claim: DemoClaim): Row<'assessment'>[] {
  if (!assessed(claim)) return []
  const { claimId, stage, amountMinor, openedAt } = claim
  const shares = { carrier: 'carrier_bp', supplier: 'supplier_bp', customer: 'customer_bp' } as const
  const none = { carrier_bp: 0, supplier_bp: 0, customer_bp: 0, retailer_bp: 0 }
  return [
    {
      id: `asm_${claimId.slice(4)}`,
      claim_id: claimId,
      findings: stage === 'denied' ? 'Nothing is wrong with the goods.' : 'What was sent in fits the statement.',
      ...none,
      [shares[liable(claim)]]: 10_000,
      fraud_score: stage === 'denied' ? 40 : 5,
      recommendation: stage === 'denied' ? 'deny' : 'approve',
      recommended_minor: stage === 'denied' ? 0 : amountMinor,
      assessor: ASSESSOR,
      assessed_at: new Date(openedAt.getTime() + 2 * STEP_MS),
    },
  ]
}

export function decisionRows({ claimId, stage, amountMinor, openedAt }: DemoClaim): Row<'decision'>[] {
  if (stage !== 'approved' && stage !== 'denied') return []
  const denied = stage === 'denied'
  return [
    {
      id: `dcn_${claimId.slice(4)}`,
      claim_id: claimId,
      verdict: stage,
      amount_minor: denied ? 0 : amountMinor,
      reason_code: denied ? 'not_covered' : null,
      letter: denied ? 'The goods are as described. You may send them back within 30 days of delivery.' : null,
      decided_by: DECIDER,
      decided_at: new Date(openedAt.getTime() + 3 * STEP_MS),
    },
  ]
}

/** Who may have to pay: nobody took part in goods that were at fault before they left. */
export function carrierOf({ kind }: DemoClaim): string | null {
  return kind === 'quality' ? null : ORDER_CARRIER
}

/** When the goods arrived, or should have. */
export function eventOn({ order }: DemoClaim): Date {
  return order.deliveredAt ?? new Date(order.placedAt.getTime() + 5 * DAY_MS)
}

function assessed({ stage }: DemoClaim): boolean {
  return ['assessed', 'approved', 'denied'].includes(stage)
}

function liable({ kind, stage }: DemoClaim): 'carrier' | 'supplier' | 'customer' {
  if (stage === 'denied') return 'customer'
  return kind === 'quality' ? 'supplier' : 'carrier'
}
