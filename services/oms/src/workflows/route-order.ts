import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { liveLines, type WarehouseUnits } from '../fulfillment.ts'
import { lockOrder, type Order } from '../order.ts'
import { isLiving } from '../order-actions.ts'
import { placeNeeded, unplaced } from './needed-units.ts'
import { type SkuQuantity, sumBySku } from './sku-quantity.ts'
import { allocateHold, type Release, releaseStock, reserveStock } from './stock-calls.ts'
import { withdrawFrom } from './withdraw-from.ts'

export interface RouteInput {
  orderId: string
  /** Warehouse that is not to send what it has not picked; without it, units that no warehouse has yet are routed. */
  from: string | null
  /** Region whose warehouses are preferred; that of the customer by default. */
  region: string | null
  /** Whether several warehouses may share. */
  allowSplit: boolean
}

const MOMENT_SECONDS = 600

/** Gives units of an order to warehouses: fresh stock is held first, then the old units are let go. */
export const routeOrder = defineWorkflow<Tables>()({
  name: 'route_order',
  kind: 'route',
  deadlineMs: 600_000,
  async run(input: RouteInput, steps): Promise<{ orderId: string }> {
    const { orderId, from } = input
    const ref = steps.workflowId
    const { lines, region } = await steps.transaction('units', (db) => unitsToRoute(db, input))
    steps.undo('release', (undo) => releaseStock(undo, 'release', ref))
    const held = await reserveStock(steps, 'reserve', {
      ...{ orderRef: ref, lines, region, ttlSeconds: MOMENT_SECONDS, allowSplit: input.allowSplit },
    })
    if (from && held.reservations.some(({ warehouse }) => warehouse === from)) throw noOther(from)
    const old = from ? await releaseStock(steps, 'let_go', orderId, lines) : undefined
    steps.pivot()
    if (!(await allocateHold(steps, 'allocate', { checkoutId: ref, orderId })))
      throw new BusinessError('conflict', 'The stock was gone before it could be allocated. Route the order again.')
    await placeNew(steps, orderId, { old, units: held.reservations })
    return { orderId }
  },
})

/** @throws {BusinessError} invalid_transition when there is nothing to route */
async function unitsToRoute(
  db: Kysely<Tables>,
  { orderId, from, region }: RouteInput,
): Promise<{ lines: SkuQuantity[]; region: string }> {
  const order = await lockOrder(db, orderId)
  const lines = from ? await unpicked(db, orderId, from) : await unplaced(db, orderId)
  if (!isLiving(order) || order.status === 'on_hold' || lines.length === 0) throw nothingToRoute(order, from)
  return { lines, region: region ?? order.region }
}

async function unpicked(db: Kysely<Tables>, orderId: string, warehouse: string): Promise<SkuQuantity[]> {
  const live = (await liveLines(db, orderId)).filter((line) => line.warehouse === warehouse)
  return sumBySku(live.map(({ sku, qty, qty_picked }) => ({ sku, qty: qty - qty_picked }))).filter(({ qty }) => qty > 0)
}

/** Units that are not needed any more, because the old warehouse had handed some over, go back. */
async function placeNew(
  steps: Steps<Tables>,
  orderId: string,
  { old, units }: { old: Release | undefined; units: readonly WarehouseUnits[] },
): Promise<void> {
  const surplus = await steps.transaction('place', async (db) => {
    const order = await lockOrder(db, orderId)
    for (const gone of old?.released ?? []) await withdrawFrom(db, order, gone)
    return placeNeeded(db, order, units)
  })
  if (surplus.length > 0) await releaseStock(steps, 'surplus', orderId, surplus)
}

function nothingToRoute(order: Order, from: string | null): BusinessError {
  const what = from ? `${from} has nothing of ${order.number} that is not picked` : `All of ${order.number} is routed`
  return new BusinessError('invalid_transition', `${what}, or it is ${order.status}.`, {
    details: { status: order.status, legal: ['confirmed', 'processing', 'partially_cancelled'] },
    nextActions: [{ tool: 'get_order', arguments: { order_id: order.id, include: ['fulfillment_orders'] } }],
  })
}

function noOther(from: string): BusinessError {
  return new BusinessError('conflict', `No other warehouse can send these units; they stay at ${from}.`, {
    nextActions: [{ hint: 'Name the region of another warehouse, or allow a split.' }],
  })
}
