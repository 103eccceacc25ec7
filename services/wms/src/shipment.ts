import type { Kysely, Selectable } from 'kysely'
import { sql } from 'kysely'
import type { SkuQuantity } from './allocation.ts'
import type { Tables } from './database-tables.ts'

/** Packages that leave a warehouse together for one order. */
export interface Shipment extends Selectable<Tables['shipment']> {
  packages: Package[]
}

export interface Package extends Selectable<Tables['package']> {
  lines: SkuQuantity[]
}

/** A shipment with its packages; it must exist. */
export async function readShipment(db: Kysely<Tables>, ref: string): Promise<Shipment> {
  const shipment = await db.selectFrom('shipment').selectAll().where('ref', '=', ref).executeTakeFirstOrThrow()
  const packages = await packagesOf(db, [ref])
  return { ...shipment, packages }
}

/** The shipments of an order, the first packed first. */
export async function shipmentsOf(db: Kysely<Tables>, orderRef: string): Promise<Shipment[]> {
  const rows = await db.selectFrom('shipment').selectAll().where('order_ref', '=', orderRef).orderBy('ref').execute()
  const packages = await packagesOf(
    db,
    rows.map(({ ref }) => ref),
  )
  return rows.map((row) => ({ ...row, packages: packages.filter(({ shipment_ref }) => shipment_ref === row.ref) }))
}

/** What a shipment holds of each SKU. */
export async function unitsOf(db: Kysely<Tables>, ref: string): Promise<(SkuQuantity & { lot: string })[]> {
  const { rows } = await sql<SkuQuantity & { lot: string }>`
    select u.sku, u.lot, sum(u.qty)::integer as qty
    from picked_units u join package p on p.id = u.package_id
    where p.shipment_ref = ${ref} group by u.sku, u.lot order by u.sku, u.lot`.execute(db)
  return rows
}

async function packagesOf(db: Kysely<Tables>, refs: readonly string[]): Promise<Package[]> {
  const { rows } = await sql<Package>`
    select p.*, coalesce(
      (select json_agg(l) from (
        select sku, sum(qty)::integer as qty from picked_units where package_id = p.id group by sku order by sku) l),
      '[]') as lines
    from package p where p.shipment_ref = any(${refs}) order by p.id`.execute(db)
  return rows
}
