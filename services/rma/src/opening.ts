import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import type { RmaStatus, Tables } from './database-tables.ts'
import { daysAfter } from './day.ts'
import { unitPrice } from './eligibility.ts'
import { noteSignal, suspicionOf } from './fraud-signal.ts'
import { reasonsOf } from './reason-code.ts'
import { reportReturn } from './report.ts'
import type { JudgedLine, ReturnWish } from './return-wish.ts'
import { linesOf, type Rma } from './rma.ts'
import { type SoldOrder, warehouseOf } from './sold-order.ts'

/** What the orders server took from a line for the return. */
export interface DrawnUnits {
  draw_id: string
  qty: number
  minor: number
}

/** A serial number that a unit of the order was sent with. */
export interface SoldSerial {
  sku: string
  serial_no: string
}

/**
 * Writes a return whose units have been drawn from the order: authorised at once when the policy says so, waiting for
 * evidence or for a decision otherwise.
 */
export async function insertReturn(
  db: Kysely<Tables>,
  wish: ReturnWish,
  order: SoldOrder,
  judged: readonly JudgedLine[],
  draws: readonly DrawnUnits[],
  serials: readonly SoldSerial[],
): Promise<Rma> {
  const suspicion = await suspicionOf(db, order.customer_id)
  const recall = (await reasonsOf(db, reasonsIn(judged))).every((reason) => reason.recall)
  const status = recall ? 'authorized' : openingStatus(wish, judged, draws, suspicion !== undefined)
  const authorized = status === 'authorized' ? new Date() : null
  const rma = await db
    .insertInto('rma')
    .values({
      id: wish.rmaId,
      number: wish.number,
      order_id: order.order_id,
      order_number: order.number,
      customer_id: order.customer_id,
      status,
      channel: wish.channel,
      resolution_wanted: wish.resolution,
      currency: order.currency,
      region: order.region,
      warehouse: warehouseFor(order, judged),
      policy_snapshot: JSON.stringify(Object.fromEntries(judged.map(({ policy }) => [policy.id, policy]))),
      out_of_policy: judged.flatMap(({ outOfPolicy, line }) => outOfPolicy.map((why) => `${line.sku}: ${why}`)),
      evidence: JSON.stringify(wish.evidence),
      requested_by: wish.actor,
      decided_by: authorized && 'policy',
      authorized_at: authorized,
      expires_at: authorized && daysAfter(authorized, Math.min(...judged.map(({ policy }) => policy.ship_within_days))),
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await insertLines(db, rma, judged, draws, serials)
  if (suspicion) await noteSignal(db, rma, 'return_rate', suspicion)
  const lines = await linesOf(db, [rma.id])
  await reportReturn(db, rma, 'requested', lines, ({ qty_requested }) => qty_requested)
  if (authorized) await reportReturn(db, rma, 'authorized', lines, ({ qty_authorised }) => qty_authorised)
  return rma
}

/** Whether the policies let a return of this value pass without anybody's decision. */
function openingStatus(
  { evidence }: ReturnWish,
  judged: readonly JudgedLine[],
  draws: readonly DrawnUnits[],
  suspicious: boolean,
): Extract<RmaStatus, 'requested' | 'more_info' | 'authorized'> {
  if (evidence.length === 0 && judged.some(({ policy }) => policy.evidence_required)) return 'more_info'
  const value = draws.reduce((sum, { minor }) => sum + minor, 0)
  const passes = judged.every(
    ({ policy: { auto_approve, auto_approve_below_minor: below }, outOfPolicy }) =>
      auto_approve && outOfPolicy.length === 0 && (below === null || value < below),
  )
  return passes && !suspicious ? 'authorized' : 'requested'
}

async function insertLines(
  db: Kysely<Tables>,
  { id: rmaId, status }: Rma,
  judged: readonly JudgedLine[],
  draws: readonly DrawnUnits[],
  serials: readonly SoldSerial[],
): Promise<void> {
  const rows = judged.map(({ line, category, policy, qty, reason, note, deliveredAt }, index) => {
    const draw = draws[index]
    if (!draw) throw new Error(`nothing was drawn for ${line.order_line_id}`)
    return {
      id: `rln_${ulid()}`,
      rma_id: rmaId,
      line: index + 1,
      order_line_id: line.order_line_id,
      sku: line.sku,
      title: line.title,
      category,
      policy_id: policy.id,
      reason_code: reason,
      customer_note: note,
      qty_requested: qty,
      qty_authorised: status === 'authorized' ? qty : 0,
      draw_id: draw.draw_id,
      drawn_qty: draw.qty,
      drawn_minor: draw.minor,
      unit_minor: unitPrice(line),
      serials_sold: serials.filter(({ sku }) => sku === line.sku).map(({ serial_no }) => serial_no),
      delivered_at: deliveredAt ?? null,
    }
  })
  await db.insertInto('rma_line').values(rows).execute()
}

function reasonsIn(judged: readonly JudgedLine[]): string[] {
  return judged.map(({ reason }) => reason)
}

/** @throws {BusinessError} conflict for an order of which no warehouse is known */
function warehouseFor(order: SoldOrder, judged: readonly JudgedLine[]): string {
  const [found] = judged.flatMap(({ line }) => warehouseOf(order, line.sku) ?? [])
  if (found) return found
  throw new BusinessError('conflict', `${order.number} was sent by no warehouse, so that nothing can go back to one.`)
}
