import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { type Cut, planCuts } from '../cancellation.ts'
import type { Tables } from '../database-tables.ts'
import { divide, placeUnits, type WarehouseUnits } from '../fulfillment.ts'
import { lockOrder } from '../order.ts'
import { linesOf } from '../order-line.ts'
import { recordEvent } from '../timeline.ts'
import { cutUnits, settleCuts } from './cut-units.ts'
import { giveMoneyBack } from './money-back.ts'
import { recordFulfilment } from './needed-units.ts'
import type { SkuQuantity } from './sku-quantity.ts'
import { allocateHold, reserveStock } from './stock-calls.ts'

export interface ShortPick {
  orderId: string
  /** Where the units were not found. */
  warehouse: string
  /** What is missing. */
  lines: SkuQuantity[]
}

const MOMENT_SECONDS = 600
/** Stock may shrink between a refusal and the next try; after some the rest is cancelled. */
const MOST_ATTEMPTS = 3
const CAUSE = 'Some of what was ordered could not be found in stock'

/**
 * Units that a warehouse should have and does not: another one sends them where there is stock; the rest is cancelled and
 * its money given back.
 */
export const shortPick = defineWorkflow<Tables>()({
  name: 'short_pick',
  kind: 'short_pick',
  async run({ orderId, warehouse, lines }: ShortPick, steps): Promise<void> {
    steps.pivot()
    const { region, missing } = await steps.transaction('missing', (db) => stillMissing(db, orderId, lines))
    const left: SkuQuantity[] = []
    for (const line of missing) {
      const units = await takeElsewhere(steps, { orderId, region, line })
      if (units.length > 0)
        await steps.transaction(`placed_${line.sku}`, (db) => reroute(db, orderId, warehouse, units))
      const found = units.reduce((sum, { qty }) => sum + qty, 0)
      if (found < line.qty) left.push({ sku: line.sku, qty: line.qty - found })
    }
    if (left.length > 0) await cancelMissing(steps, orderId, left)
  },
})

/** What of the missing units the order still wants: some may have been cancelled meanwhile. */
async function stillMissing(db: Kysely<Tables>, orderId: string, lines: readonly SkuQuantity[]) {
  const { region } = await lockOrder(db, orderId)
  const unplaced = await unplacedBySku(db, orderId)
  const missing = lines.map(({ sku, qty }) => ({ sku, qty: Math.min(qty, unplaced.get(sku) ?? 0) }))
  return { region, missing: missing.filter(({ qty }) => qty > 0) }
}

/** Units of an order that no warehouse has to send yet. */
async function unplacedBySku(db: Kysely<Tables>, orderId: string): Promise<Map<string, number>> {
  const units = new Map<string, number>()
  for (const { sku, qty_current, qty_shipped, qty_reserved } of await linesOf(db, [orderId]))
    units.set(sku, (units.get(sku) ?? 0) + qty_current - qty_shipped - qty_reserved)
  return units
}

/** Units of one SKU in other warehouses: all that are missing, or as many as there are. */
async function takeElsewhere(
  steps: Steps<Tables>,
  { orderId, region, line: { sku, qty } }: { orderId: string; region: string; line: SkuQuantity },
): Promise<WarehouseUnits[]> {
  const checkoutId = `${steps.workflowId}:${sku}`
  for (let [wanted, attempt] = [qty, 1]; wanted > 0 && attempt <= MOST_ATTEMPTS; attempt++) {
    const request = { orderRef: checkoutId, lines: [{ sku, qty: wanted }], region, ttlSeconds: MOMENT_SECONDS }
    const stock = await reserveStock(steps, `reserve_${sku}_${attempt}`, request).catch((error: unknown) =>
      availableOf(error, sku),
    )
    if (typeof stock === 'number') wanted = Math.min(stock, wanted - 1)
    else {
      const allocated = await allocateHold(steps, `allocate_${sku}`, { checkoutId, orderId })
      return allocated ? stock.reservations.map(({ warehouse, qty: units }) => ({ warehouse, sku, qty: units })) : []
    }
  }
  return []
}

/** Units that a refusal says there are. */
function availableOf(error: unknown, sku: string): number {
  if (!(error instanceof BusinessError)) throw error
  const { lines = [] } = error.body.details as { lines?: { sku: string; available: number }[] }
  return lines.find((line) => line.sku === sku)?.available ?? 0
}

async function reroute(db: Kysely<Tables>, orderId: string, from: string, units: readonly WarehouseUnits[]) {
  await placeUnits(db, await lockOrder(db, orderId), units)
  await recordEvent(db, {
    orderId,
    type: 'fulfillment.rerouted',
    actor: 'orders',
    visibility: 'internal',
    data: { from, to: [...new Set(units.map(({ warehouse }) => warehouse))] },
  })
  await recordFulfilment(db, orderId, units)
}

async function cancelMissing(steps: Steps<Tables>, orderId: string, missing: readonly SkuQuantity[]): Promise<void> {
  const sourceId = steps.workflowId
  const amountMinor = await steps.transaction('cancel', async (db) => {
    const order = await lockOrder(db, orderId)
    const cuts = await planCuts(db, order, await cutsOf(db, orderId, missing))
    if (cuts.length === 0) return 0
    return cutUnits(db, order, cuts, { reason: CAUSE, sourceId, actor: 'orders', tellCustomer: true })
  })
  await giveMoneyBack(steps, { orderId, amountMinor, sourceId, reason: CAUSE })
  await steps.transaction('settle', (db) => settleCuts(db, orderId, sourceId))
}

/** The lines whose units are missing, as far as nobody has found or cancelled them meanwhile. */
async function cutsOf(db: Kysely<Tables>, orderId: string, missing: readonly SkuQuantity[]): Promise<Cut[]> {
  const lines = await linesOf(db, [orderId])
  return missing.flatMap(({ sku, qty }) => {
    const same = lines.filter((line) => line.sku === sku)
    const unplaced = (line: (typeof lines)[number]) => line.qty_current - line.qty_shipped - line.qty_reserved
    const room = same.reduce((sum, line) => sum + unplaced(line), 0)
    const parts = divide(same, Math.min(qty, room), unplaced) ?? []
    return parts.map(({ of: { id: orderLineId }, qty: part }) => ({ orderLineId, qty: part }))
  })
}
