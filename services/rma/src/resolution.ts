import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { ReplacementLine, ResolutionKind, ResolvedLine, Tables } from './database-tables.ts'
import { daysAfter } from './day.ts'
import { enqueueGiveBack } from './decision.ts'
import { type Breakdown, breakdownOf, type LineWorth } from './refund-breakdown.ts'
import { divide } from './refund-share.ts'
import { reportResolving } from './report.ts'
import { advanceInForce, type Resolution, resolutionInForce } from './resolution-state.ts'
import type { Rma } from './rma.ts'
import { requireStatus, setStatus, update } from './rma-status.ts'

/** How somebody wants a return to end. */
export interface ResolutionWish {
  kind: ResolutionKind
  /** Less than what the goods are worth; all of it by default. */
  amountMinor?: number | undefined
  /** What the customer gets instead; the same articles by default. */
  replacement?: readonly ReplacementLine[] | undefined
  actor: string
}

/** What a kind of resolution gives the customer of a return, before it is decided. */
export interface Offer {
  kind: ResolutionKind
  amountMinor: number
  feeMinor: number
  lines: ResolvedLine[]
  replacement: ReplacementLine[] | null
}

/**
 * What a resolution would give, to the minor unit. Changes nothing. An exchange costs no fee; what the articles wanted cost
 * more is never charged by itself, what they cost less goes back in money.
 *
 * @throws {BusinessError} invalid_argument where the kind does not fit what passed the inspection; limit_exceeded above the
 * ceiling
 */
export function offerOf(rma: Rma, worth: Breakdown, wish: Omit<ResolutionWish, 'actor'>): Offer {
  requireFitting(rma, worth, wish.kind)
  const accepted = worth.lines.filter(({ qty }) => qty > 0)
  const free = { kind: wish.kind, amountMinor: 0, feeMinor: 0, replacement: null }
  if (wish.kind === 'reject') return { ...free, lines: [] }
  if (wish.kind === 'repair') return { ...free, lines: withAmounts(accepted, () => 0) }
  if (wish.kind === 'exchange') {
    const amountMinor = Math.max(0, worth.shareMinor - worth.advancedMinor)
    const lines = shared(accepted, amountMinor, ({ shareMinor }) => shareMinor)
    const same = accepted.map(({ line: { sku }, qty }) => ({ sku, qty }))
    return { ...free, amountMinor, lines, replacement: [...(wish.replacement ?? same)] }
  }
  const amountMinor = wish.amountMinor ?? worth.ceilingMinor
  if (amountMinor > worth.ceilingMinor) throw aboveCeiling(rma, amountMinor, worth)
  const feeMinor = worth.restockingFeeMinor + worth.labelFeeMinor
  return { ...free, amountMinor, feeMinor, lines: shared(accepted, amountMinor, ({ netMinor }) => netMinor) }
}

/**
 * Decides how a locked return ends: the decision and the report that has it brought about commit together. The same wish
 * while it is being brought about, or afterwards, joins the first.
 *
 * @throws {BusinessError} invalid_transition; conflict for another wish than the one in force; those of {@link offerOf}
 */
export async function resolve(
  db: Kysely<Tables>,
  rma: Rma,
  wish: ResolutionWish,
): Promise<{ rma: Rma; resolution: Resolution }> {
  const earlier = await resolutionInForce(db, rma.id)
  if (earlier) return { rma, resolution: sameWish(rma, earlier, wish) }
  requireResolvable(rma)
  const advance = await advanceInForce(db, rma.id)
  if (advance?.status === 'pending') throw advanceUnderWay(rma)
  const worth = await breakdownOf(db, rma)
  const offer = offerOf(rma, worth, wish)
  const resolving = await setStatus(db, rma, 'resolving')
  const resolution = await insert(db, resolving, offer, wish.actor)
  if (!advance) await giveBackTheRest(db, resolving, worth, wish)
  await reportResolving(db, resolving, factOf(resolution))
  return { rma: resolving, resolution }
}

/** @throws {BusinessError} invalid_transition before the goods are judged, unless none are needed */
export function requireResolvable(rma: Rma): void {
  requireStatus(rma, rma.returnless ? ['authorized'] : ['inspected', 'disputed'], 'resolved')
}

/**
 * Pays a part of what is expected before the goods are back; they are owed until the clawback day.
 *
 * @throws {BusinessError} invalid_transition; conflict when another advance is in force; limit_exceeded
 */
export async function advance(
  db: Kysely<Tables>,
  rma: Rma,
  { amountMinor, clawbackDays, actor }: { amountMinor: number; clawbackDays: number; actor: string },
): Promise<{ rma: Rma; resolution: Resolution }> {
  const earlier = await advanceInForce(db, rma.id)
  if (earlier) return { rma, resolution: sameWish(rma, earlier, { kind: 'refund', amountMinor }) }
  requireStatus(rma, ['authorized', 'label_issued', 'in_transit'], 'paid in advance')
  if (rma.returnless) throw notOwed(rma)
  const worth = await breakdownOf(db, rma, 'authorised')
  if (amountMinor > worth.ceilingMinor) throw aboveCeiling(rma, amountMinor, worth)
  const expected = worth.lines.filter(({ qty }) => qty > 0)
  const lines = shared(expected, amountMinor, ({ netMinor }) => netMinor)
  const offer: Offer = { kind: 'refund', amountMinor, feeMinor: 0, lines, replacement: null }
  const clawbackDueAt = daysAfter(new Date(), clawbackDays)
  const resolution = await insert(db, rma, offer, actor, clawbackDueAt)
  await reportResolving(db, rma, factOf(resolution))
  return { rma: await update(db, rma, {}), resolution }
}

/** The lines without units or money for them go back to the order before the rest is settled; one partition keeps the order. */
function giveBackTheRest(
  db: Kysely<Tables>,
  rma: Rma,
  worth: Breakdown,
  { kind, actor }: ResolutionWish,
): Promise<void> {
  const kept = ({ qty }: LineWorth) => (kind === 'reject' || kind === 'repair' ? 0 : qty)
  const fewer = worth.lines.filter((each) => kept(each) < each.line.qty_authorised)
  return enqueueGiveBack(
    db,
    rma,
    actor,
    fewer.map((each) => ({ ...each.line, qty_authorised: kept(each) })),
  )
}

function insert(db: Kysely<Tables>, rma: Rma, offer: Offer, actor: string, clawbackDueAt?: Date): Promise<Resolution> {
  return db
    .insertInto('resolution')
    .values({
      id: `res_${ulid()}`,
      rma_id: rma.id,
      kind: offer.kind,
      advance: clawbackDueAt !== undefined,
      amount_minor: offer.amountMinor,
      fee_minor: offer.feeMinor,
      currency: rma.currency,
      lines: JSON.stringify(offer.lines),
      replacement_lines: offer.replacement && JSON.stringify(offer.replacement),
      ...(clawbackDueAt ? { clawback_due_at: clawbackDueAt, clawback: 'open' as const } : {}),
      decided_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

function factOf({ id, kind, amount_minor, fee_minor, currency, lines, replacement_lines, advance }: Resolution) {
  return {
    resolution_id: id,
    kind,
    amount_minor,
    fee_minor,
    currency,
    lines,
    ...(replacement_lines ? { replacement_lines } : {}),
    ...(advance ? { advance } : {}),
  }
}

function withAmounts(lines: readonly LineWorth[], amount: (worth: LineWorth, index: number) => number): ResolvedLine[] {
  return lines.map((worth, index) => ({
    order_line_id: worth.line.order_line_id,
    sku: worth.line.sku,
    qty: worth.qty,
    draw_id: worth.line.draw_id,
    amount_minor: amount(worth, index),
  }))
}

/** An amount divided among lines by what each is worth, exactly. */
function shared(lines: readonly LineWorth[], amountMinor: number, worth: (line: LineWorth) => number): ResolvedLine[] {
  const parts = divide(amountMinor, lines.map(worth))
  return withAmounts(lines, (_, index) => parts[index] ?? 0)
}

function requireFitting({ number }: Rma, { lines }: Breakdown, kind: ResolutionKind): void {
  const passed = lines.some(({ qty }) => qty > 0)
  if (passed === (kind !== 'reject')) return
  const why = passed
    ? `Units of ${number} passed the inspection, so it cannot be rejected as a whole`
    : `No unit of ${number} passed the inspection, so there is nothing to ${kind.replaceAll('_', ' ')}`
  throw new BusinessError('invalid_argument', `${why}.`, {
    nextActions: [{ tool: 'propose_resolution', arguments: { rma_number: number } }],
  })
}

function sameWish(
  { number }: Rma,
  earlier: Resolution,
  { kind, amountMinor }: Omit<ResolutionWish, 'actor'>,
): Resolution {
  if (earlier.kind === kind && (amountMinor === undefined || amountMinor === earlier.amount_minor)) return earlier
  throw new BusinessError(
    'conflict',
    `${number} is already decided: ${earlier.kind} of ${formatMoney(earlier.amount_minor, earlier.currency)}.`,
    {
      details: { resolution_id: earlier.id, kind: earlier.kind, amount_minor: earlier.amount_minor },
      nextActions: [{ tool: 'get_return', arguments: { rma_number: number } }],
    },
  )
}

function aboveCeiling({ number, currency }: Rma, asked: number, { ceilingMinor }: Breakdown): BusinessError {
  return new BusinessError(
    'limit_exceeded',
    `At most ${formatMoney(ceilingMinor, currency)} can be paid for ${number}; ${formatMoney(asked, currency)} is too much.`,
    {
      details: { ceiling_minor: ceilingMinor, asked_minor: asked, currency },
      nextActions: [{ tool: 'propose_resolution', arguments: { rma_number: number } }],
    },
  )
}

function advanceUnderWay({ number }: Rma): BusinessError {
  return new BusinessError('conflict', `An advance for ${number} is being paid. Resolve it in a moment.`, {
    retryAfterMs: 1_000,
  })
}

function notOwed({ number }: Rma): BusinessError {
  return new BusinessError(
    'invalid_transition',
    `${number} needs no goods back: resolve it, there is nothing to advance.`,
    {
      nextActions: [{ tool: 'resolve_return', arguments: { rma_number: number } }],
    },
  )
}
