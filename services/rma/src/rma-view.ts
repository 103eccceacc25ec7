import type { Kysely } from 'kysely'
import type { z } from 'zod'
import type { ReturnPolicy, Tables } from './database-tables.ts'
import { type DispositionRow, dispositionsOf } from './disposition.ts'
import { type FraudSignal, signalsOf } from './fraud-signal.ts'
import { type Inspection, inspectionsOf } from './inspection.ts'
import { type Reason, reasonCodes } from './reason-code.ts'
import { type Receipt, receiptsOf } from './receipt.ts'
import { type Breakdown, breakDown, type CountedUnits } from './refund-breakdown.ts'
import { type Resolution, resolutionsOf } from './resolution-state.ts'
import { linesOf, type Rma, type RmaLine } from './rma.ts'
import { allowedActions } from './rma-actions.ts'
import { dispositionShape, inspectionShape, receiptShape, resolutionShape, shown } from './rma-parts-view.ts'
import type { MoneyShape, PolicyShape, RmaLineShape, RmaShape, RmaSummary } from './shapes.ts'
import { everything, type Viewer } from './viewer.ts'

export type RmaDetails = z.input<typeof RmaShape>

/** A return as a list shows it. */
export function summaryOf(rma: Rma): z.input<typeof RmaSummary> {
  return {
    rma_id: rma.id,
    rma_number: rma.number,
    status: rma.status,
    order_id: rma.order_id,
    order_number: rma.order_number,
    customer_id: rma.customer_id,
    resolution_wanted: rma.resolution_wanted,
    warehouse: rma.warehouse,
    requested_at: rma.requested_at.toISOString(),
    expires_at: momentOf(rma.expires_at),
    version: rma.version,
  }
}

/** One return with everything that the viewer may see of it. */
export async function describeRma(db: Kysely<Tables>, rma: Rma, viewer: Viewer = everything): Promise<RmaDetails> {
  const [described] = await describeRmas(db, [rma], viewer)
  return described as RmaDetails
}

/** Returns with everything, in the given order; as many statements as for one. */
export async function describeRmas(
  db: Kysely<Tables>,
  rmas: readonly Rma[],
  viewer: Viewer = everything,
): Promise<RmaDetails[]> {
  const ids = rmas.map(({ id }) => id)
  const rows = await linesOf(db, ids)
  const lineIds = rows.map(({ id }) => id)
  const inspections = await inspectionsOf(db, lineIds)
  const parts = {
    lines: Map.groupBy(rows, ({ rma_id }) => rma_id),
    receipts: Map.groupBy(await receiptsOf(db, ids), ({ rma_id }) => rma_id),
    dispositions: Map.groupBy(await dispositionsOf(db, ids), ({ rma_id }) => rma_id),
    resolutions: Map.groupBy(await resolutionsOf(db, ids), ({ rma_id }) => rma_id),
    signals: Map.groupBy(await signalsOf(db, ids), ({ rma_id }) => rma_id),
  }
  const reasons = await reasonCodes(db)
  return rmas.map((rma) => {
    const lines = parts.lines.get(rma.id) ?? []
    const own = new Set(lines.map(({ id }) => id))
    return describe(rma, viewer, reasons, {
      lines,
      inspections: inspections.filter(({ rma_line_id }) => own.has(rma_line_id)),
      receipts: parts.receipts.get(rma.id) ?? [],
      dispositions: parts.dispositions.get(rma.id) ?? [],
      resolutions: parts.resolutions.get(rma.id) ?? [],
      signals: parts.signals.get(rma.id) ?? [],
    })
  })
}

interface Parts {
  lines: readonly RmaLine[]
  inspections: readonly Inspection[]
  receipts: readonly Receipt[]
  dispositions: readonly DispositionRow[]
  resolutions: readonly Resolution[]
  signals: readonly FraudSignal[]
}

/** The customer does not learn which account acted, nor what looked odd. */
function describe(rma: Rma, viewer: Viewer, reasons: readonly Reason[], parts: Parts): RmaDetails {
  const forStaff = viewer.customerId === undefined
  const { lines, dispositions, resolutions } = parts
  const advance = resolutions.find(({ advance, status }) => advance && status !== 'failed')
  const inspected = lines.reduce((sum, { qty_accepted, qty_rejected }) => sum + qty_accepted + qty_rejected, 0)
  const disposed = dispositions.reduce((sum, { qty }) => sum + qty, 0)
  const basis = basisOf(rma, lines)
  return {
    ...summaryOf(rma),
    channel: rma.channel,
    region: rma.region,
    currency: rma.currency,
    out_of_policy: rma.out_of_policy,
    returnless: rma.returnless,
    complete: rma.complete,
    evidence: rma.evidence.map(({ uri, ...file }) => ({ ...file, uri_untrusted: uri })),
    lines: lines.map(lineShape),
    label: labelShape(rma, forStaff),
    receipts: parts.receipts.map((receipt) => receiptShape(receipt, forStaff)),
    inspections: parts.inspections.map((inspection) => inspectionShape(inspection, forStaff)),
    dispositions: forStaff ? dispositions.map(dispositionShape) : [],
    resolutions: resolutions.map(resolutionShape),
    money: moneyShape(rma, basis, breakDown(rma, lines, reasons, basis, advance?.amount_minor ?? 0)),
    carrier_claim: rma.carrier_claim,
    fraud_signals: forStaff
      ? parts.signals.map(({ kind, detail, created_at }) => ({ kind, detail, at: created_at.toISOString() }))
      : [],
    decision:
      rma.decided_by === null ? null : { by: shown(rma.decided_by, forStaff), note_untrusted: rma.decision_note },
    authorized_at: momentOf(rma.authorized_at),
    resolved_at: momentOf(rma.resolved_at),
    allowed_actions: allowedActions(
      { rma, undisposed: rma.returnless ? 0 : inspected - disposed, advanced: advance !== undefined },
      viewer,
    ),
  }
}

/** Before anything is inspected, what is expected counts. */
export function basisOf({ returnless }: Rma, lines: readonly RmaLine[]): CountedUnits {
  const judged = lines.some(({ qty_accepted, qty_rejected }) => qty_accepted + qty_rejected > 0)
  return returnless || judged ? 'accepted' : 'authorised'
}

/** What a return is worth, as callers see it. */
export function moneyShape({ currency }: Rma, basis: CountedUnits, worth: Breakdown): z.input<typeof MoneyShape> {
  return {
    basis,
    share_minor: worth.shareMinor,
    restocking_fee_minor: worth.restockingFeeMinor,
    label_fee_minor: worth.labelFeeMinor,
    advanced_minor: worth.advancedMinor,
    ceiling_minor: worth.ceilingMinor,
    owed_back_minor: worth.owedBackMinor,
    currency,
  }
}

/** A policy as callers see it. */
export function policyShape({ id, restocking_bp, ...policy }: ReturnPolicy): z.input<typeof PolicyShape> {
  const { version: _, auto_approve_below_minor: __, ...told } = policy
  return { policy_id: id, restocking_percent: restocking_bp / 100, ...told }
}

function lineShape(row: RmaLine): z.input<typeof RmaLineShape> {
  return {
    rma_line_id: row.id,
    order_line_id: row.order_line_id,
    sku: row.sku,
    title: row.title,
    category: row.category,
    reason_code: row.reason_code,
    customer_note_untrusted: row.customer_note,
    qty_requested: row.qty_requested,
    qty_authorised: row.qty_authorised,
    qty_received: row.qty_received,
    qty_accepted: row.qty_accepted,
    qty_rejected: row.qty_rejected,
    paid_minor: row.drawn_minor,
    serials_sold: row.serials_sold,
  }
}

function labelShape(rma: Rma, forStaff: boolean): RmaDetails['label'] {
  if (rma.label_method === null) return null
  return {
    method: rma.label_method,
    shipment_id: rma.label_shipment_id,
    carrier: rma.label_carrier,
    tracking: rma.label_tracking,
    cost_minor: forStaff ? rma.label_cost_minor : null,
    pickup_ref: rma.pickup_ref,
    voided: rma.label_voided,
  }
}

function momentOf(moment: Date | null): string | null {
  return moment?.toISOString() ?? null
}
