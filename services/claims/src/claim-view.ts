import { type Kysely, sql } from 'kysely'
import type { z } from 'zod'
import type { Assessment } from './assessment.ts'
import { type Claim, type ClaimLine, linesOf } from './claim.ts'
import { allowedActions } from './claim-actions.ts'
import { type Letter, lettersOf } from './correspondence.ts'
import type { Tables } from './database-tables.ts'
import type { Evidence, EvidenceRequest } from './evidence.ts'
import { recoveriesOf } from './recovery.ts'
import { letterShape, summariesOf } from './recovery-view.ts'
import type { Settlement } from './settlement.ts'
import type {
  AssessmentShape,
  ClaimShape,
  ClaimSummary,
  EvidenceRequestShape,
  EvidenceShape,
  SettlementShape,
} from './shapes.ts'
import { everything, type Viewer } from './viewer.ts'

/** A claim as a list shows it. */
export function summaryOf(claim: Claim): z.input<typeof ClaimSummary> {
  return {
    claim_number: claim.number,
    kind: claim.kind,
    status: claim.status,
    order_id: claim.order_id,
    order_number: claim.order_number,
    customer_id: claim.customer_id,
    currency: claim.currency,
    requested_minor: claim.requested_minor,
    approved_minor: claim.approved_minor,
    opened_at: claim.opened_at.toISOString(),
    answer_due: claim.sla_due?.toISOString() ?? null,
    version: claim.version,
  }
}

/** One claim with everything that the viewer may see of it: a customer not what was found out and what is recovered. */
export async function describeClaim(
  db: Kysely<Tables>,
  claim: Claim,
  viewer: Viewer = everything,
): Promise<z.input<typeof ClaimShape>> {
  const [described] = await describeClaims(db, [claim], viewer)
  return described as z.input<typeof ClaimShape>
}

/** Claims with everything, in the given order; as many statements as for one. */
export async function describeClaims(
  db: Kysely<Tables>,
  claims: readonly Claim[],
  viewer: Viewer = everything,
): Promise<z.input<typeof ClaimShape>[]> {
  const ids = claims.map(({ id }) => id)
  const ofClaim = <Row extends { claim_id: string }>(rows: Row[]) => Map.groupBy(rows, ({ claim_id }) => claim_id)
  const lines = ofClaim(await linesOf(db, ids))
  const evidence = ofClaim(await rowsOf(db, 'evidence', ids))
  const requests = ofClaim(await rowsOf(db, 'evidence_request', ids))
  const settlements = ofClaim(await rowsOf(db, 'settlement', ids))
  const letters = Map.groupBy(await lettersOf(db, 'claim_id', ids), ({ claim_id }) => claim_id)
  const inside = viewer.customerId === undefined ? await insideOf(db, ids) : undefined
  return claims.map((claim) => ({
    ...summaryOf(claim),
    requested: claim.requested,
    region: claim.region,
    shipment_ref: claim.shipment_ref,
    carrier: claim.carrier,
    tracking: claim.tracking,
    statement_untrusted: claim.statement,
    rma_number: claim.rma_number,
    reason_code: claim.reason_code,
    decided_at: claim.decided_at?.toISOString() ?? null,
    settled_at: claim.settled_at?.toISOString() ?? null,
    lines: (lines.get(claim.id) ?? []).map(lineShape),
    evidence: (evidence.get(claim.id) ?? []).map(evidenceShape),
    evidence_requests: (requests.get(claim.id) ?? []).map(requestShape),
    settlements: (settlements.get(claim.id) ?? []).map(settlementShape),
    correspondence: (letters.get(claim.id) ?? []).map((letter) => letterFor(letter, claim, viewer)),
    allowed_actions: allowedActions(claim, viewer),
    ...(inside
      ? {
          liability_party: claim.liability_party,
          opened_by: claim.opened_by,
          assessments: (inside.assessments.get(claim.id) ?? []).map(assessmentShape),
          recoveries: inside.recoveries.get(claim.number) ?? [],
        }
      : {}),
  }))
}

/** Evidence as callers see it. */
export function evidenceShape({ id, received_at, uri, ...row }: Evidence): z.input<typeof EvidenceShape> {
  const { kind, sha256, mime, source, exif_ok } = row
  return {
    evidence_id: id,
    kind,
    uri_untrusted: uri,
    sha256,
    mime,
    source,
    exif_ok,
    received_at: received_at.toISOString(),
  }
}

/** A request for evidence as callers see it. */
export function requestShape({ id, kinds, message, requested_at, answered_at }: EvidenceRequest) {
  return {
    request_id: id,
    kinds,
    message_untrusted: message,
    requested_at: requested_at.toISOString(),
    answered_at: answered_at?.toISOString() ?? null,
  } satisfies Omit<z.input<typeof EvidenceRequestShape>, 'claim_number'>
}

/** An assessment as the retailer's people see it. */
export function assessmentShape(row: Assessment): z.input<typeof AssessmentShape> {
  const { id, findings, carrier_bp, supplier_bp, customer_bp, retailer_bp, assessed_at } = row
  return {
    assessment_id: id,
    findings_untrusted: findings,
    liability: { carrier_bp, supplier_bp, customer_bp, retailer_bp },
    fraud_score: row.fraud_score,
    recommendation: row.recommendation,
    recommended_minor: row.recommended_minor,
    assessor: row.assessor,
    assessed_at: assessed_at.toISOString(),
  }
}

/** A settlement as callers see it. */
export function settlementShape({ id, ...row }: Settlement): z.input<typeof SettlementShape> {
  const { method, status, amount_minor, currency, payment_ref, replacement_ref, credit_ref, message } = row
  return {
    settlement_id: id,
    method,
    status,
    amount_minor,
    currency,
    payment_ref,
    replacement_ref,
    credit_ref,
    message_untrusted: message,
  }
}

function lineShape({ claim_id: _, draw_id: __, ...line }: ClaimLine) {
  return line
}

/** The customer does not learn which account wrote. */
function letterFor(letter: Letter, { customer_id }: Claim, { customerId }: Viewer) {
  const shape = letterShape(letter)
  return customerId === undefined || letter.author === customer_id ? shape : { ...shape, author: 'retailer' }
}

async function insideOf(db: Kysely<Tables>, ids: readonly string[]) {
  const assessments = await rowsOf(db, 'assessment', ids)
  const recoveries = await summariesOf(db, await recoveriesOf(db, ids))
  return {
    assessments: Map.groupBy(assessments, ({ claim_id }) => claim_id),
    recoveries: Map.groupBy(recoveries, ({ claim_number }) => claim_number ?? ''),
  }
}

interface OfClaims {
  evidence: Evidence
  evidence_request: EvidenceRequest
  settlement: Settlement
  assessment: Assessment
}

async function rowsOf<Table extends keyof OfClaims>(
  db: Kysely<Tables>,
  table: Table,
  claimIds: readonly string[],
): Promise<OfClaims[Table][]> {
  const { rows } = await sql<OfClaims[Table]>`
    select * from ${sql.table(table)} where claim_id = any(${claimIds}) order by id`.execute(db)
  return rows
}
