import type { Kysely } from 'kysely'
import type { Address } from './address.ts'
import type { Tables } from './database-tables.ts'

const ELSEWHERE = 'other'

/** The region that a destination counts as, in the regions that warehouses serve; `other` where none does. */
export async function salesRegionOf(
  db: Kysely<Tables>,
  { country, region }: Pick<Address, 'country' | 'region'>,
): Promise<string> {
  const row = await db
    .selectFrom('sales_region')
    .select('region')
    .where('country', '=', country)
    .where('state', '=', region.toUpperCase())
    .executeTakeFirst()
  return row?.region ?? ELSEWHERE
}

/** Every sales region, in order. */
export async function salesRegions(db: Kysely<Tables>): Promise<string[]> {
  const rows = await db.selectFrom('sales_region').select('region').distinct().orderBy('region').execute()
  return [...rows.map(({ region }) => region), ELSEWHERE]
}
