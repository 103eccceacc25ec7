import type { Kysely } from 'kysely'
import { type Adjustment, addAdjustments } from './adjustment.ts'
import type { CompensationKind, CompensationSource, Tables } from './database-tables.ts'
import { releaseDraw, useDraw } from './entitlement.ts'
import { recordMoney } from './money-movement.ts'
import { lockOrder } from './order.ts'
import { recordEvent } from './timeline.ts'

/** What a return or a claim gives its customer, as that domain decided it; amounts in minor units. */
export interface Owed {
  source: CompensationSource
  /** Id of the resolution or the settlement: paid once for it. */
  sourceId: string
  /** Number of the return or claim. */
  number: string
  orderId: string
  customerId: string
  amountMinor: number
  currency: string
  /** Their amounts add up to the amount. */
  lines: readonly OwedLine[]
}

export interface OwedLine {
  orderLineId: string
  sku: string
  qty: number
  drawId: string
  minor: number
}

/** A part of what is owed, given in one way. */
export interface Given {
  kind: CompensationKind
  /** For each line of what is owed, in order; minor units. */
  parts: readonly number[]
  /** The payment that was refunded: its order, and what the refund is known by. By default those of what is owed. */
  payer?: { orderId: string; sourceId: string }
}

const ofOrder = { rma: 'return', claim: 'claim' } as const

/**
 * Books what has been given: the draws are used for exactly that, and as much less is owed for the order whose payment it
 * came from as came back in money.
 *
 * @throws {BusinessError} limit_exceeded when more was given than the lines have left; invalid_transition for a draw that
 * was released
 */
export async function bookCompensation(db: Kysely<Tables>, owed: Owed, given: readonly Given[]): Promise<void> {
  await lockOrder(db, owed.orderId)
  for (const [index, { orderLineId, drawId, qty }] of owed.lines.entries()) {
    const minor = given.reduce((sum, { parts }) => sum + (parts[index] ?? 0), 0)
    await useDraw(db, { drawId, orderLineId, qty, minor })
  }
  const rows = given.flatMap((each) => rowsOf(owed, each))
  if (rows.length > 0) await db.insertInto('compensation').values(rows).execute()
  await bookUnits(db, owed, given)
  for (const each of given) if (each.kind === 'refund') await bookMoney(db, owed, each)
}

/** Gives back what a decision without compensation had drawn. */
export async function releaseOwed(db: Kysely<Tables>, { lines }: Owed): Promise<void> {
  for (const { drawId, orderLineId } of lines) {
    const draw = await db
      .selectFrom('entitlement_draw')
      .select(['source', 'source_id', 'state'])
      .where('id', '=', drawId)
      .executeTakeFirst()
    if (draw?.state === 'held') await releaseDraw(db, { orderLineId, source: draw.source, sourceId: draw.source_id })
  }
}

function rowsOf(owed: Owed, { kind, parts, payer = owed }: Given) {
  const { source, number, orderId, lines } = owed
  return lines.map(({ orderLineId, drawId, qty }, index) => ({
    source,
    source_id: payer.sourceId,
    order_line_id: orderLineId,
    kind,
    number,
    order_id: orderId,
    paid_order_id: payer.orderId,
    draw_id: drawId,
    qty,
    minor: parts[index] ?? 0,
  }))
}

/** The units of the lines, with the money that came back from the payment of their own order. */
async function bookUnits(db: Kysely<Tables>, owed: Owed, given: readonly Given[]): Promise<void> {
  const { orderId, lines } = owed
  const own = given.find(({ kind, payer = owed }) => kind === 'refund' && payer.orderId === orderId)
  await addAdjustments(
    db,
    await lockOrder(db, orderId),
    lines.map(({ orderLineId, qty }, index) => ({
      ...adjustmentFor(owed),
      orderLineId,
      qty: 0 - qty,
      amountMinor: 0 - (own?.parts[index] ?? 0),
    })),
  )
}

async function bookMoney(db: Kysely<Tables>, owed: Owed, { parts, payer = owed }: Given): Promise<void> {
  const { source, number, orderId } = owed
  const amountMinor = parts.reduce((sum, part) => sum + part, 0)
  const order = await lockOrder(db, payer.orderId)
  if (order.id !== orderId)
    await addAdjustments(db, order, [
      { ...adjustmentFor(owed), orderLineId: null, qty: 0, amountMinor: 0 - amountMinor },
    ])
  const { news } = await recordMoney(db, order, { kind: 'refunded', source, sourceId: payer.sourceId, amountMinor })
  if (!news) return
  const data = { amount_minor: amountMinor, currency: order.currency, for: number }
  await recordEvent(db, { orderId: order.id, type: 'payment.refunded', actor: 'payments', source: 'payments', data })
}

function adjustmentFor({
  source,
  sourceId,
  number,
}: Owed): Pick<Adjustment, 'kind' | 'reason' | 'source' | 'sourceId'> {
  return { kind: ofOrder[source], reason: number, source, sourceId }
}
