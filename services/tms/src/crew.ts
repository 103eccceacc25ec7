import type { Day } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { momentIn, weekdayOf } from './day.ts'
import type { Depot } from './depot.ts'
import { type Driver, mayDriveOn, type Vehicle } from './driver.ts'

/** A driver with a vehicle for one shift. */
export interface Crew {
  driver: Driver
  vehicle: Vehicle
  startsAt: Date
  endsAt: Date
}

const busy = ['planned', 'dispatched', 'in_progress'] as const

/**
 * The crews of a depot that are free on a day: drivers with a shift and a valid licence, in vehicles that run, neither of
 * them on a route of that day. Makes the usual shifts of the day where there are none yet.
 */
export async function freeCrews(db: Kysely<Tables>, depot: Depot, day: Day, now = new Date()): Promise<Crew[]> {
  await makeShifts(db, depot, day)
  const drivers = await db.selectFrom('driver').selectAll().where('depot_id', '=', depot.id).orderBy('id').execute()
  const vehicles = await db
    .selectFrom('vehicle')
    .selectAll()
    .where('depot_id', '=', depot.id)
    .where('status', '=', 'active')
    .execute()
  const shifts = await db.selectFrom('shift').selectAll().where('day', '=', day).where('ends_at', '>', now).execute()
  const taken = await db
    .selectFrom('route')
    .select(['driver_id', 'vehicle_id'])
    .where('day', '=', day)
    .where('status', '=', sql<'planned'>`any(${busy})`)
    .execute()
  return drivers.flatMap((driver) => {
    const shift = shifts.find(({ driver_id }) => driver_id === driver.id)
    const vehicle = vehicles.find(({ id }) => id === shift?.vehicle_id)
    const isTaken = taken.some(({ driver_id, vehicle_id }) => driver_id === driver.id || vehicle_id === vehicle?.id)
    if (!shift || !vehicle || isTaken || !mayDriveOn(driver, day)) return []
    return [{ driver, vehicle, startsAt: shift.starts_at > now ? shift.starts_at : now, endsAt: shift.ends_at }]
  })
}

async function makeShifts(db: Kysely<Tables>, { id, timezone }: Depot, day: Day): Promise<void> {
  const drivers = await db.selectFrom('driver').selectAll().where('depot_id', '=', id).execute()
  const working = drivers.filter(({ weekdays }) => weekdays.includes(weekdayOf(day)))
  if (working.length === 0) return
  await db
    .insertInto('shift')
    .values(
      working.map((driver) => ({
        id: `sft_${ulid()}`,
        driver_id: driver.id,
        vehicle_id: driver.vehicle_id,
        day,
        starts_at: momentIn(timezone, day, driver.shift_starts),
        ends_at: momentIn(timezone, day, driver.shift_ends),
      })),
    )
    .onConflict((conflict) => conflict.doNothing())
    .execute()
}
