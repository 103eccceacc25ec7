import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import { type SkuQuantity, sumBySku } from './allocation.ts'
import type { Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { looseUnits, type PickedUnits, takeFromRow } from './picked-units.ts'
import { lockOrder } from './reservation.ts'
import { readShipment, type Shipment } from './shipment.ts'

/** One carton and what goes into it; its weight in grams is worked out when nobody weighed it. */
export interface Carton {
  lines: readonly SkuQuantity[]
  container?: string | undefined
  weightG?: number | undefined
}

export interface Packing {
  orderRef: string
  /** Needed when units of the order wait in several warehouses. */
  warehouse?: string | undefined
  cartons: readonly Carton[]
  actor: string
}

/**
 * Packs picked units of an order into the packages of one shipment.
 *
 * @throws {BusinessError} not_found; conflict when nothing waits to be packed; invalid_argument for more than is picked
 */
export async function packShipment(db: Kysely<Tables>, packing: Packing): Promise<Shipment> {
  const { orderRef, cartons, actor } = packing
  await lockOrder(db, orderRef)
  const loose = await looseUnits(db, orderRef)
  const warehouse = chooseWarehouse(packing, loose)
  const units = loose.filter(({ warehouse_id }) => warehouse_id === warehouse)
  requirePicked(orderRef, units, cartons)
  const ref = `shp_${ulid()}`
  await db
    .insertInto('shipment')
    .values({ ref, order_ref: orderRef, warehouse_id: warehouse, status: 'packed', packed_by: actor })
    .execute()
  for (const carton of cartons) await packCarton(db, ref, carton, units)
  await packTasks(db, orderRef, warehouse)
  const shipment = await readShipment(db, ref)
  await report(db, 'stock.packed.v1', orderRef, {
    order_ref: orderRef,
    shipment_ref: ref,
    warehouse,
    packages: shipment.packages.map(({ id, weight_g, lines }) => ({ package_id: id, weight_g, lines })),
  })
  return shipment
}

function chooseWarehouse({ orderRef, warehouse }: Packing, loose: readonly PickedUnits[]): string {
  const warehouses = [...new Set(loose.map(({ warehouse_id }) => warehouse_id))]
  const [only] = warehouses
  if (only === undefined || (warehouse !== undefined && !warehouses.includes(warehouse)))
    throw nothingToPack(orderRef, warehouses)
  if (warehouse !== undefined) return warehouse
  if (warehouses.length === 1) return only
  throw new BusinessError(
    'invalid_argument',
    `${orderRef} is picked in ${warehouses.join(' and ')}. Say which packs.`,
    {
      details: { warehouses },
    },
  )
}

function requirePicked(orderRef: string, units: readonly PickedUnits[], cartons: readonly Carton[]): void {
  for (const { sku, qty } of sumBySku(cartons.flatMap(({ lines }) => lines))) {
    const picked = units.filter((row) => row.sku === sku).reduce((sum, row) => sum + row.qty, 0)
    if (qty > picked)
      throw new BusinessError(
        'invalid_argument',
        `${qty} units of ${sku} are packed, but ${picked} wait for ${orderRef}.`,
        {
          details: { picked: sumBySku(units) },
        },
      )
  }
}

/** Units go into the package lot by lot, the first picked first; `units` holds what is left. */
async function packCarton(db: Kysely<Tables>, ref: string, carton: Carton, units: PickedUnits[]): Promise<void> {
  const lines = sumBySku(carton.lines)
  const id = `pkg_${ulid()}`
  const weight = carton.weightG ?? (await weightOf(db, lines))
  await db
    .insertInto('package')
    .values({ id, shipment_ref: ref, container: carton.container ?? null, weight_g: weight })
    .execute()
  for (const { sku, qty } of lines) {
    let missing = qty
    for (const row of units.filter((one) => one.sku === sku)) {
      const taken = Math.min(missing, row.qty)
      if (taken === 0) continue
      await takeFromRow(db, row, taken)
      const { id: _, ...packed } = row
      await db
        .insertInto('picked_units')
        .values({ ...packed, qty: taken, package_id: id })
        .execute()
      row.qty -= taken
      missing -= taken
    }
  }
}

async function weightOf(db: Kysely<Tables>, lines: readonly SkuQuantity[]): Promise<number> {
  const { rows } = await sql<{ grams: number }>`
    select coalesce(sum(s.weight_g * l.qty), 0) as grams
    from json_to_recordset(${JSON.stringify(lines)}::json) as l (sku text, qty integer)
    join sku s on s.id = l.sku`.execute(db)
  return rows[0]?.grams ?? 0
}

/** Tasks of SKUs of which nothing lies loose any more are packed. */
async function packTasks(db: Kysely<Tables>, orderRef: string, warehouse: string): Promise<void> {
  await sql`
    update pick_task t set status = 'packed'
    where t.order_ref = ${orderRef} and t.warehouse_id = ${warehouse} and t.status in ('picked', 'short')
      and t.picked_qty > 0 and not exists (
        select 1 from picked_units u where u.order_ref = t.order_ref and u.warehouse_id = t.warehouse_id
          and u.sku = t.sku and u.package_id is null)`.execute(db)
}

function nothingToPack(orderRef: string, warehouses: readonly string[]): BusinessError {
  return new BusinessError('conflict', `Nothing that is picked for ${orderRef} waits there to be packed.`, {
    details: { warehouses },
    nextActions: [{ tool: 'create_pick_wave', hint: 'Pick it first, with confirm_pick for each task.' }],
  })
}
