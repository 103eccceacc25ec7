import type { Day } from '@backroom/calendar'
import { BusinessError, decodeCursor, type PageRequest, pageOf } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { z } from 'zod'
import type { DriverStatus, Tables } from './database-tables.ts'

export type Driver = Selectable<Tables['driver']>
export type Vehicle = Selectable<Tables['vehicle']>

/**
 * @throws {BusinessError} not_found with the drivers that exist
 */
export async function readDriver(db: Kysely<Tables>, id: string): Promise<Driver> {
  const row = await db.selectFrom('driver').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return row
  throw await unknownDriver(db, id)
}

/** Locks drivers until the transaction ends, always in the same order. Fails as {@link readDriver} does. */
export async function lockDrivers(db: Kysely<Tables>, ids: readonly string[]): Promise<Map<string, Driver>> {
  const rows = await db
    .selectFrom('driver')
    .selectAll()
    .where('id', '=', sql<string>`any(${ids})`)
    .orderBy('id')
    .forUpdate()
    .execute()
  const found = new Map(rows.map((row) => [row.id, row]))
  const missing = ids.find((id) => !found.has(id))
  if (missing !== undefined) throw await unknownDriver(db, missing)
  return found
}

/** Sets what drivers do now. */
export async function setDriverStatus(db: Kysely<Tables>, ids: readonly string[], status: DriverStatus): Promise<void> {
  await db
    .updateTable('driver')
    .set((of) => ({ status, version: of('version', '+', 1) }))
    .where('id', '=', sql<string>`any(${ids})`)
    .where('status', '<>', status)
    .execute()
}

/**
 * @throws {BusinessError} not_found
 */
export async function readVehicle(db: Kysely<Tables>, id: string): Promise<Vehicle> {
  const row = await db.selectFrom('vehicle').selectAll().where('id', '=', id).executeTakeFirst()
  if (row) return row
  throw new BusinessError('not_found', `There is no vehicle ${id}.`, { nextActions: [{ tool: 'list_vehicles' }] })
}

/** Drivers by id. */
export async function listDrivers(
  db: Kysely<Tables>,
  filter: { depotId?: string | undefined; status?: DriverStatus | undefined; skills?: readonly string[] | undefined },
  { cursor, limit }: PageRequest,
) {
  const after = decodeCursor(cursor, z.tuple([z.string()]))
  let query = db.selectFrom('driver').selectAll()
  if (filter.depotId) query = query.where('depot_id', '=', filter.depotId)
  if (filter.status) query = query.where('status', '=', filter.status)
  if (filter.skills?.length) query = query.where('skills', '@>', sql<string[]>`${filter.skills}::text[]`)
  if (after) query = query.where('id', '>', after[0])
  return pageOf(
    await query
      .orderBy('id')
      .limit(limit + 1)
      .execute(),
    limit,
    ({ id }) => [id],
  )
}

/** Vehicles by id. */
export async function listVehicles(
  db: Kysely<Tables>,
  filter: { depotId?: string | undefined; skill?: string | undefined },
  { cursor, limit }: PageRequest,
) {
  const after = decodeCursor(cursor, z.tuple([z.string()]))
  let query = db.selectFrom('vehicle').selectAll()
  if (filter.depotId) query = query.where('depot_id', '=', filter.depotId)
  if (filter.skill) query = query.where('skills', '@>', sql<string[]>`${[filter.skill]}::text[]`)
  if (after) query = query.where('id', '>', after[0])
  return pageOf(
    await query
      .orderBy('id')
      .limit(limit + 1)
      .execute(),
    limit,
    ({ id }) => [id],
  )
}

/** Whether a licence is good on a day. */
export function mayDriveOn({ licence_expiry }: Driver, day: Day): boolean {
  return licence_expiry >= day
}

/** Driver ids that start with what was typed. */
export async function completeDriver(db: Kysely<Tables>, typed: string): Promise<string[]> {
  const rows = await db.selectFrom('driver').select('id').orderBy('id').limit(1_000).execute()
  return rows.map(({ id }) => id).filter((id) => id.startsWith(typed.toLowerCase()))
}

async function unknownDriver(db: Kysely<Tables>, id: string): Promise<BusinessError> {
  const known = await db.selectFrom('driver').select('id').orderBy('id').limit(20).execute()
  const drivers = known.map((driver) => driver.id)
  return new BusinessError('not_found', `There is no driver ${id}. There are ${drivers.join(', ')}.`, {
    details: { unknown_driver: id, drivers },
    nextActions: [{ tool: 'list_drivers' }],
  })
}
