import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { z } from 'zod'
import type { DrawSource, DrawState, Tables } from './database-tables.ts'
import type { DrawShape } from './shapes.ts'

export type Draw = Selectable<Tables['entitlement_draw']>

/** What a compensation asks of a line: units and minor units. */
export interface DrawRequest {
  orderLineId: string
  source: DrawSource
  /** Id of the return, claim or cancellation that compensates; one draw for each line of it. */
  sourceId: string
  qty: number
  /** Left out: what those units cost; the last one of the line takes the rest. */
  minor?: number | undefined
  /** Units count that have been delivered and that no return has drawn. */
  deliveredOnly?: boolean | undefined
  actor: string
}

/** Names one draw. */
export type DrawKey = Pick<DrawRequest, 'orderLineId' | 'source' | 'sourceId'>

/** Opens the entitlement of new lines: everything ordered, everything paid. */
export async function openEntitlements(
  db: Kysely<Tables>,
  lines: readonly { id: string; qty_ordered: number; paid_minor: number }[],
): Promise<void> {
  await db
    .insertInto('entitlement')
    .values(
      lines.map(({ id, qty_ordered, paid_minor }) => ({
        order_line_id: id,
        compensable_qty: qty_ordered,
        compensable_minor: paid_minor,
      })),
    )
    .execute()
}

/**
 * Draws from the entitlement of a line, before money or goods move. The same draw again answers with the one that exists.
 *
 * @throws {BusinessError} invalid_argument for nothing; not_found for an unknown line; limit_exceeded with what is left; conflict when the same source
 * drew another amount; invalid_transition when its draw was released
 */
export async function drawEntitlement(db: Kysely<Tables>, request: DrawRequest): Promise<Draw> {
  const { orderLineId, source, sourceId, qty, deliveredOnly, actor } = request
  if (qty === 0 && !request.minor) throw new BusinessError('invalid_argument', 'A draw is for units, money or both.')
  const entitlement = await lockEntitlement(db, orderLineId)
  const existing = await findDraw(db, request)
  if (existing) return sameDraw(existing, request)
  const left = leftOf(entitlement)
  if (deliveredOnly) left.qty = Math.min(left.qty, entitlement.qty_delivered - (await returnedUnits(db, orderLineId)))
  const minor = request.minor ?? costOf(entitlement, qty)
  if (qty > left.qty || minor > left.minor) throw exceeded(request, minor, left)
  await take(db, orderLineId, qty, minor)
  return db
    .insertInto('entitlement_draw')
    .values({
      id: `ent_${ulid()}`,
      order_id: entitlement.order_id,
      order_line_id: orderLineId,
      source,
      source_id: sourceId,
      qty,
      minor,
      drawn_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Per line of the orders, the units that were delivered and that nothing has compensated. */
export async function returnableUnits(
  db: Kysely<Tables>,
  orderIds: readonly string[],
): Promise<ReadonlyMap<string, number>> {
  const { rows } = await sql<{ order_line_id: string; qty: number }>`
    select e.order_line_id, greatest(0, least(e.compensable_qty - e.taken_qty, l.qty_delivered - coalesce(
        (select sum(d.qty) from entitlement_draw d
         where d.order_line_id = l.id and d.source = 'rma' and d.state <> 'released'), 0)))::integer as qty
    from order_line l join entitlement e on e.order_line_id = l.id
    where l.order_id = any(${orderIds})`.execute(db)
  return new Map(rows.map(({ order_line_id, qty }) => [order_line_id, qty]))
}

/**
 * Says that what was drawn has been paid or replaced. Settling again changes nothing.
 *
 * @throws {BusinessError} not_found; invalid_transition when it was released
 */
export function settleDraw(db: Kysely<Tables>, key: DrawKey): Promise<Draw> {
  return endDraw(db, key, 'used')
}

/** What a compensation has given for a draw. */
export interface DrawUse {
  drawId: string
  orderLineId: string
  qty: number
  minor: number
}

/**
 * Uses a draw for what has been given for it, and gives back the rest; a draw that was used before, for a part paid in
 * advance, is used for this as well.
 *
 * @throws {BusinessError} not_found; invalid_transition when it was released; limit_exceeded when more was given than the
 * line has left
 */
export async function useDraw(db: Kysely<Tables>, { drawId, orderLineId, qty, minor }: DrawUse): Promise<void> {
  const entitlement = await lockEntitlement(db, orderLineId)
  const draw = await db
    .selectFrom('entitlement_draw')
    .selectAll()
    .where('id', '=', drawId)
    .where('order_line_id', '=', orderLineId)
    .executeTakeFirst()
  if (!draw) throw new BusinessError('not_found', `Line ${orderLineId} has no draw ${drawId}.`)
  if (draw.state === 'released') throw notHeld(draw, 'used')
  const used = draw.state === 'held' ? { qty, minor } : { qty: Math.max(draw.qty, qty), minor: draw.minor + minor }
  const left = leftOf(entitlement)
  if (used.qty - draw.qty > left.qty || used.minor - draw.minor > left.minor)
    throw exceeded({ orderLineId, qty: used.qty - draw.qty }, used.minor - draw.minor, left)
  await take(db, orderLineId, used.qty - draw.qty, used.minor - draw.minor)
  await db
    .updateTable('entitlement_draw')
    .set({ ...used, state: 'used', ended_at: draw.ended_at ?? new Date() })
    .where('id', '=', drawId)
    .execute()
}

/**
 * Gives back what was drawn and not used. Releasing again changes nothing.
 *
 * @throws {BusinessError} not_found; invalid_transition when it was settled
 */
export async function releaseDraw(db: Kysely<Tables>, key: DrawKey): Promise<Draw> {
  return endDraw(db, key, 'released')
}

/**
 * Gives back all but so many units of what was drawn, with their money. Again changes nothing.
 *
 * @throws {BusinessError} not_found; invalid_transition when it was settled or released
 */
export async function shrinkDraw(db: Kysely<Tables>, key: DrawKey, qty: number): Promise<Draw> {
  const entitlement = await lockEntitlement(db, key.orderLineId)
  const draw = await findDraw(db, key)
  if (!draw) throw unknownDraw(key)
  if (qty >= draw.qty && draw.state !== 'released') return draw
  if (draw.state !== 'held') throw notHeld(draw, 'held')
  const minor = Math.min(draw.minor, qty * Math.floor(entitlement.paid_minor / entitlement.qty_ordered))
  await take(db, key.orderLineId, qty - draw.qty, minor - draw.minor)
  return db
    .updateTable('entitlement_draw')
    .set({ qty, minor })
    .where('id', '=', draw.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function endDraw(db: Kysely<Tables>, key: DrawKey, to: Exclude<DrawState, 'held'>): Promise<Draw> {
  await lockEntitlement(db, key.orderLineId)
  const draw = await findDraw(db, key)
  if (!draw) throw unknownDraw(key)
  if (draw.state === to) return draw
  if (draw.state !== 'held') throw notHeld(draw, to)
  if (to === 'released') await take(db, key.orderLineId, -draw.qty, -draw.minor)
  return db
    .updateTable('entitlement_draw')
    .set({ state: to, ended_at: new Date() })
    .where('id', '=', draw.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function lockEntitlement(db: Kysely<Tables>, orderLineId: string) {
  const row = await db
    .selectFrom('entitlement')
    .innerJoin('order_line', 'order_line.id', 'entitlement.order_line_id')
    .selectAll('entitlement')
    .select(['order_line.order_id', 'order_line.qty_ordered', 'order_line.qty_delivered', 'order_line.paid_minor'])
    .where('order_line_id', '=', orderLineId)
    .forUpdate('entitlement')
    .executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `There is no order line ${orderLineId}.`, {
    nextActions: [{ tool: 'get_order', hint: 'Its lines carry their order_line_id.' }],
  })
}

type Entitlement = Awaited<ReturnType<typeof lockEntitlement>>

/** What can still be compensated. */
function leftOf(entitlement: Entitlement): { qty: number; minor: number } {
  const { compensable_qty, compensable_minor, taken_qty, taken_minor } = entitlement
  return { qty: compensable_qty - taken_qty, minor: compensable_minor - taken_minor }
}

/** What units cost, each the same; whoever takes the last ones takes all that is left of the money. */
function costOf(entitlement: Entitlement, qty: number): number {
  const left = leftOf(entitlement)
  if (qty === left.qty) return left.minor
  return Math.min(left.minor, qty * Math.floor(entitlement.paid_minor / entitlement.qty_ordered))
}

async function returnedUnits(db: Kysely<Tables>, orderLineId: string): Promise<number> {
  const { units } = await db
    .selectFrom('entitlement_draw')
    .select((of) => of.fn.coalesce(of.fn.sum<number>('qty'), of.lit(0)).as('units'))
    .where('order_line_id', '=', orderLineId)
    .where('source', '=', 'rma')
    .where('state', '!=', 'released')
    .executeTakeFirstOrThrow()
  return Number(units)
}

function findDraw(db: Kysely<Tables>, { orderLineId, source, sourceId }: DrawKey): Promise<Draw | undefined> {
  return db
    .selectFrom('entitlement_draw')
    .selectAll()
    .where('source', '=', source)
    .where('source_id', '=', sourceId)
    .where('order_line_id', '=', orderLineId)
    .executeTakeFirst()
}

async function take(db: Kysely<Tables>, orderLineId: string, qty: number, minor: number): Promise<void> {
  await db
    .updateTable('entitlement')
    .set((of) => ({ taken_qty: of('taken_qty', '+', qty), taken_minor: of('taken_minor', '+', minor) }))
    .where('order_line_id', '=', orderLineId)
    .execute()
}

function sameDraw(draw: Draw, { qty, minor }: DrawRequest): Draw {
  if (draw.state === 'released') throw notHeld(draw, 'held')
  if (draw.qty === qty && (minor === undefined || draw.minor === minor)) return draw
  throw new BusinessError('conflict', `${draw.source} ${draw.source_id} has already drawn from this line.`, {
    details: { draw_id: draw.id, qty: draw.qty, minor: draw.minor, state: draw.state },
  })
}

function exceeded(
  { orderLineId, qty }: Pick<DrawRequest, 'orderLineId' | 'qty'>,
  minor: number,
  left: { qty: number; minor: number },
): BusinessError {
  return new BusinessError(
    'limit_exceeded',
    `Line ${orderLineId} has ${left.qty} units and ${left.minor} minor units left to compensate; ${qty} and ${minor} were asked for.`,
    { details: { order_line_id: orderLineId, left_qty: left.qty, left_minor: left.minor } },
  )
}

function notHeld(draw: Draw, wanted: DrawState): BusinessError {
  return new BusinessError('invalid_transition', `The draw ${draw.id} is ${draw.state} and cannot become ${wanted}.`, {
    details: { draw_id: draw.id, state: draw.state, wanted, legal: [] },
  })
}

function unknownDraw({ source, sourceId, orderLineId }: DrawKey): BusinessError {
  return new BusinessError('not_found', `${source} ${sourceId} has drawn nothing from line ${orderLineId}.`)
}

/** A draw as callers see it. */
export function drawShape({
  id,
  order_line_id,
  source,
  source_id,
  qty,
  minor,
  state,
}: Draw): z.input<typeof DrawShape> {
  return { draw_id: id, order_line_id, source, source_id, qty, minor, state }
}
