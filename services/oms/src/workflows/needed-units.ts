import type { Kysely } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { placeUnits, type WarehouseUnits } from '../fulfillment.ts'
import type { Order } from '../order.ts'
import { linesOf } from '../order-line.ts'
import { recordEvents } from '../timeline.ts'
import { lessBySku, type SkuQuantity, sumBySku } from './sku-quantity.ts'

/**
 * Gives allocated units to the warehouses that have them, as many as a locked order still needs.
 *
 * @returns what it does not need any more, because units were cancelled meanwhile: inventory is to be given that back
 */
export async function placeNeeded(
  db: Kysely<Tables>,
  order: Order,
  units: readonly WarehouseUnits[],
): Promise<SkuQuantity[]> {
  const placed = fitting(units, await unplaced(db, order.id))
  await placeUnits(db, order, placed)
  await recordFulfilment(db, order.id, placed)
  return lessBySku(units, placed)
}

/** Units of an order that no warehouse has to send yet. */
export async function unplaced(db: Kysely<Tables>, orderId: string): Promise<SkuQuantity[]> {
  const lines = await linesOf(db, [orderId])
  const units = lines.map(({ sku, qty_current, qty_shipped, qty_reserved }) => ({
    sku,
    qty: qty_current - qty_shipped - qty_reserved,
  }))
  return sumBySku(units).filter(({ qty }) => qty > 0)
}

/** Writes down which warehouse is to send what. */
export async function recordFulfilment(
  db: Kysely<Tables>,
  orderId: string,
  units: readonly WarehouseUnits[],
): Promise<void> {
  const byWarehouse = Map.groupBy(units, ({ warehouse }) => warehouse)
  await recordEvents(
    db,
    [...byWarehouse].map(([warehouse, those]) => ({
      orderId,
      type: 'fulfillment.requested',
      actor: 'orders',
      rank: 3,
      data: { warehouse, lines: those.map(({ sku, qty }) => ({ sku, qty })) },
    })),
  )
}

/** As many of the units as are needed. */
function fitting(units: readonly WarehouseUnits[], needed: readonly SkuQuantity[]): WarehouseUnits[] {
  const left = new Map(needed.map(({ sku, qty }) => [sku, qty]))
  return units.flatMap(({ warehouse, sku, qty }) => {
    const part = Math.min(qty, left.get(sku) ?? 0)
    left.set(sku, (left.get(sku) ?? 0) - part)
    return part > 0 ? [{ warehouse, sku, qty: part }] : []
  })
}
