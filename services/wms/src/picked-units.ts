import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { Reservation } from './reservation.ts'
import type { UnitsMove } from './reservation-units.ts'
import { freeSerials } from './serial.ts'
import { book, type Entry, type Movement } from './stock.ts'

export type PickedUnits = Selectable<Tables['picked_units']>

/** Notes what left which bin for an order. */
export async function notePicked(db: Kysely<Tables>, orderRef: string, movements: readonly Movement[]): Promise<void> {
  await db
    .insertInto('picked_units')
    .values(
      movements.map(({ sku, warehouse_id, location, lot, qty }) => ({
        order_ref: orderRef,
        sku,
        warehouse_id,
        location: location ?? '',
        lot: lot ?? '',
        qty,
        package_id: null,
      })),
    )
    .execute()
}

/** Units of an order that are picked and in no package, the first picked first. */
export function looseUnits(db: Kysely<Tables>, orderRef: string): Promise<PickedUnits[]> {
  return db
    .selectFrom('picked_units')
    .selectAll()
    .where('order_ref', '=', orderRef)
    .where('package_id', 'is', null)
    .orderBy('id')
    .execute()
}

/**
 * Puts picked units back into the bins they came from; whatever shipment holds one of them is unpacked. Their
 * reservations are as if never picked, so that they can be released.
 */
export async function unpick(db: Kysely<Tables>, moves: readonly UnitsMove[], actor: string): Promise<void> {
  for (const { reservation, qty } of moves) {
    const back = await takeBack(db, reservation, qty)
    await book(
      db,
      back.map((units): Entry => {
        const { sku, warehouse_id: warehouse, order_ref: id, location: putTo, lot } = units
        const common = { sku, warehouse, qty: units.qty, actor, cause: { type: 'order', id } as const }
        return { ...common, kind: 'unpick', from: 'picked', to: 'reserved', lot, putTo }
      }),
    )
    await freeSerials(db, reservation.order_ref, reservation.sku, qty)
  }
}

/** Takes units out of the row: all of them, or some. */
export async function takeFromRow(db: Kysely<Tables>, row: PickedUnits, qty: number): Promise<void> {
  if (qty === row.qty) await db.deleteFrom('picked_units').where('id', '=', row.id).execute()
  else
    await db
      .updateTable('picked_units')
      .set({ qty: row.qty - qty })
      .where('id', '=', row.id)
      .execute()
}

async function takeBack(db: Kysely<Tables>, reservation: Reservation, qty: number): Promise<PickedUnits[]> {
  const { order_ref, sku, warehouse_id } = reservation
  const loose = async () =>
    (await looseUnits(db, order_ref)).filter((units) => units.sku === sku && units.warehouse_id === warehouse_id)
  let rows = await loose()
  if (rows.reduce((sum, row) => sum + row.qty, 0) < qty) {
    await unpack(db, reservation)
    rows = await loose()
  }
  const back: PickedUnits[] = []
  let missing = qty
  for (const row of rows.reverse()) {
    const taken = Math.min(missing, row.qty)
    if (taken === 0) break
    await takeFromRow(db, row, taken)
    back.push({ ...row, qty: taken })
    missing -= taken
  }
  if (missing > 0) throw new Error(`${order_ref} has fewer picked units of ${sku} than its reservation says`)
  return back
}

/** Cancels the shipments at the stage that hold the SKU: their packages are opened, and the rest is packed anew. */
async function unpack(db: Kysely<Tables>, { order_ref, sku, warehouse_id }: Reservation): Promise<void> {
  await sql`
    with cancelled as (
      update shipment set status = 'cancelled'
      where order_ref = ${order_ref} and warehouse_id = ${warehouse_id} and status = 'packed' and ref in (
        select p.shipment_ref from package p join picked_units u on u.package_id = p.id where u.sku = ${sku})
      returning ref
    ), opened as (
      update picked_units u set package_id = null
      from package p join cancelled c on c.ref = p.shipment_ref where u.package_id = p.id
      returning u.sku
    )
    update pick_task set status = 'picked'
    where order_ref = ${order_ref} and warehouse_id = ${warehouse_id} and status = 'packed'
      and sku in (select sku from opened)`.execute(db)
}
