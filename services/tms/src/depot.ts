import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { Coordinates } from './gazetteer.ts'

export type Depot = Selectable<Tables['depot']>

/** Every depot, by id; a retailer has tens of them. */
export function listDepots(db: Kysely<Tables>): Promise<Depot[]> {
  return db.selectFrom('depot').selectAll().orderBy('id').execute()
}

/**
 * The depot with an id, or next to a warehouse with that id.
 *
 * @throws {BusinessError} not_found with the depots that exist
 */
export async function requireDepot(db: Kysely<Tables>, id: string): Promise<Depot> {
  const all = await listDepots(db)
  const found = all.find((depot) => depot.id === id || depot.warehouse_id === id)
  if (found) return found
  const depots = all.map((depot) => ({ depot: depot.id, warehouse: depot.warehouse_id, name: depot.name }))
  throw new BusinessError(
    'not_found',
    `There is no depot ${id}. The depots are ${depots.map(({ depot, warehouse }) => `${depot} (${warehouse})`).join(', ')}.`,
    { details: { unknown_depot: id, depots }, nextActions: [{ hint: 'Use one of these depots or warehouses.' }] },
  )
}

/** Depot ids that start with what was typed. */
export async function completeDepot(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const ids = (await listDepots(db)).map(({ id }) => id)
  return ids.filter((id) => id.startsWith(typed.toUpperCase()))
}

/** Whether the own fleet of a depot delivers at a place. */
export async function isServed(db: Kysely<Tables>, depotId: string, place: Coordinates): Promise<boolean> {
  const areas = await db.selectFrom('service_area').select('polygon').where('depot_id', '=', depotId).execute()
  return areas.some(({ polygon }) => contains(polygon, place))
}

/** Whether a polygon of [longitude, latitude] corners contains a place: an odd number of its edges lies east of it. */
export function contains(polygon: readonly [number, number][], { latitude, longitude }: Coordinates): boolean {
  let inside = false
  for (const [index, [x, y]] of polygon.entries()) {
    const [beforeX, beforeY] = polygon.at(index - 1) as [number, number]
    const crosses = y > latitude !== beforeY > latitude
    if (crosses && longitude < ((beforeX - x) * (latitude - y)) / (beforeY - y) + x) inside = !inside
  }
  return inside
}
