import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
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
  minor: number
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
  const { orderLineId, source, sourceId, qty, minor, actor } = request
  if (qty === 0 && minor === 0) throw new BusinessError('invalid_argument', 'A draw is for units, money or both.')
  const entitlement = await lockEntitlement(db, orderLineId)
  const existing = await findDraw(db, request)
  if (existing) return sameDraw(existing, request)
  const left = {
    qty: entitlement.compensable_qty - entitlement.taken_qty,
    minor: entitlement.compensable_minor - entitlement.taken_minor,
  }
  if (qty > left.qty || minor > left.minor) throw exceeded(request, left)
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

/**
 * Says that what was drawn has been paid or replaced. Settling again changes nothing.
 *
 * @throws {BusinessError} not_found; invalid_transition when it was released
 */
export function settleDraw(db: Kysely<Tables>, key: DrawKey): Promise<Draw> {
  return endDraw(db, key, 'used')
}

/**
 * Gives back what was drawn and not used. Releasing again changes nothing.
 *
 * @throws {BusinessError} not_found; invalid_transition when it was settled
 */
export async function releaseDraw(db: Kysely<Tables>, key: DrawKey): Promise<Draw> {
  return endDraw(db, key, 'released')
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
    .select('order_line.order_id')
    .where('order_line_id', '=', orderLineId)
    .forUpdate('entitlement')
    .executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `There is no order line ${orderLineId}.`, {
    nextActions: [{ tool: 'get_order', hint: 'Its lines carry their order_line_id.' }],
  })
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
  if (draw.qty === qty && draw.minor === minor) return draw
  throw new BusinessError('conflict', `${draw.source} ${draw.source_id} has already drawn from this line.`, {
    details: { draw_id: draw.id, qty: draw.qty, minor: draw.minor, state: draw.state },
  })
}

function exceeded({ orderLineId, qty, minor }: DrawRequest, left: { qty: number; minor: number }): BusinessError {
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
