import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Claim } from './claim.ts'
import type { ClaimPlan, PlannedLine } from './claim-plan.ts'
import { setStatus } from './claim-status.ts'
import type { ClaimKind, SettlementMethod, Tables } from './database-tables.ts'
import { answerDue } from './deadline.ts'
import { requireNoClaim } from './duplicates.ts'
import { reportClaim } from './facts.ts'
import { identifyCarrier } from './recovery.ts'
import type { SoldOrder } from './sold-order.ts'

/** What orders has set apart for a line. */
export interface LineDraw {
  drawId: string
  minor: number
}

/** A claim that is about to exist. */
export interface NewClaim {
  number: string
  kind: ClaimKind
  order: SoldOrder
  plan: ClaimPlan
  requested: SettlementMethod
  statement: string | null
  /** By order line; a draft has none. */
  draws: ReadonlyMap<string, LineDraw>
  draft: boolean
  rmaNumber: string | null
  /** Knowingly about other units than claims and returns that exist. */
  separate: boolean
  actor: string
}

/**
 * Opens a claim, as a draft or submitted. A submitted one takes the place of drafts about the same goods.
 *
 * @throws {BusinessError} conflict when another claim about the same goods came first
 */
export async function insertClaim(db: Kysely<Tables>, wanted: NewClaim): Promise<Claim> {
  const { order, plan, actor, draft } = wanted
  const orderLineIds = plan.lines.map(({ orderLineId }) => orderLineId)
  await sql`select pg_advisory_xact_lock(hashtextextended(current_schema() || ${`|order|${order.order_id}`}, 0))`.execute(
    db,
  )
  if (!wanted.separate) await requireNoClaim(db, orderLineIds, { drafts: draft })
  const lines = plan.lines.map((line) => ({ line, ...amountOf(line, wanted.draws.get(line.orderLineId)) }))
  const claim = await db
    .insertInto('claim')
    .values({
      id: `clm_${ulid()}`,
      number: wanted.number,
      kind: wanted.kind,
      status: draft ? 'draft' : 'submitted',
      order_id: order.order_id,
      order_number: order.number,
      customer_id: order.customer_id,
      region: order.region,
      shipment_ref: plan.parcel?.shipment_ref ?? null,
      carrier: plan.parcel?.carrier ?? null,
      tracking: plan.parcel?.tracking ?? null,
      event_on: plan.eventOn,
      requested: wanted.requested,
      currency: order.currency,
      requested_minor: lines.reduce((sum, { minor }) => sum + minor, 0),
      statement: wanted.statement,
      rma_number: wanted.rmaNumber,
      sla_due: draft ? null : await answerDue(db),
      opened_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await db
    .insertInto('claim_line')
    .values(
      lines.map(({ line, minor, drawId }) => ({
        claim_id: claim.id,
        order_line_id: line.orderLineId,
        sku: line.sku,
        title: line.title,
        qty: line.qty,
        requested_minor: minor,
        keep_item: line.keepItem,
        draw_id: drawId,
      })),
    )
    .execute()
  const opened = { claim_id: claim.id, type: 'claim.opened', to_status: claim.status, actor, data: '{}' }
  await db.insertInto('claim_event').values(opened).execute()
  if (!draft) await replaceDrafts(db, claim, orderLineIds)
  await identifyCarrier(db, claim, actor)
  if (!draft) await reportClaim(db, 'opened', claim)
  return claim
}

function amountOf({ estimateMinor }: PlannedLine, draw: LineDraw | undefined) {
  return { minor: draw?.minor ?? estimateMinor, drawId: draw?.drawId ?? null }
}

/** Drafts about the same goods end; what was noted to be recovered for them now belongs to the claim. */
async function replaceDrafts(db: Kysely<Tables>, claim: Claim, orderLineIds: readonly string[]): Promise<void> {
  const drafts = await db
    .selectFrom('claim')
    .selectAll()
    .where('order_id', '=', claim.order_id)
    .where('status', '=', 'draft')
    .where((of) =>
      of.exists(
        of
          .selectFrom('claim_line')
          .select('order_line_id')
          .whereRef('claim_line.claim_id', '=', 'claim.id')
          .where('order_line_id', '=', sql<string>`any(${orderLineIds})`),
      ),
    )
    .orderBy('id')
    .forUpdate()
    .execute()
  for (const draft of drafts) {
    const data = { replaced_by: claim.number }
    await setStatus(db, draft, 'withdrawn', { type: 'claim.replaced', actor: claim.opened_by, data })
    await sql`
      update recovery noted set claim_id = ${claim.id} where claim_id = ${draft.id} and not exists (
        select from recovery other where other.claim_id = ${claim.id} and other.shipment_ref = noted.shipment_ref
          and other.counterparty_kind = noted.counterparty_kind and other.counterparty = noted.counterparty)`.execute(
      db,
    )
  }
}
