import type { Day } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { driverStatuses, type Tables } from './database-tables.ts'
import { dayIn, momentIn, weekdayOf } from './day.ts'
import { listDepots } from './depot.ts'
import { type Driver, mayDriveOn } from './driver.ts'
import { type HoursRule, hoursUsed } from './hours.ts'

/** A driver with the hours of a day. */
export const DriverView = z.object({
  driver_id: z.string(),
  name: z.string(),
  depot: z.string(),
  status: z.enum(driverStatuses),
  skills: z.array(z.string()),
  day: z.string(),
  shift: z.object({ from: z.string(), to: z.string() }).nullable().describe('Null on a day off'),
  vehicle_id: z.string().nullable(),
  route_id: z.string().nullable(),
  hours: z.object({
    rule: z.string(),
    drive_day_s: z.int(),
    drive_day_left_s: z.int(),
    duty_day_s: z.int(),
    duty_day_left_s: z.int(),
    drive_week_s: z.int(),
    drive_week_left_s: z.int(),
  }),
  violations: z.array(z.string()).describe('What would keep this driver from driving on that day'),
  licence_class: z.string().optional(),
  licence_expiry: z.string().optional(),
  phone: z.string().optional(),
  rating: z.number().optional(),
  version: z.int(),
})

/** Drivers as they stand on a day, by default today where each is; `full` adds licence, telephone and rating. */
export async function driverViews(
  db: Kysely<Tables>,
  drivers: readonly Driver[],
  day: Day | undefined,
  verbosity: 'concise' | 'full',
): Promise<z.input<typeof DriverView>[]> {
  const depots = await listDepots(db)
  const today = ({ depot_id }: Driver) => dayIn(depots.find(({ id }) => id === depot_id)?.timezone ?? 'UTC')
  const byDay = Map.groupBy(drivers, (driver) => day ?? today(driver))
  const views = await Promise.all([...byDay].map(([each, own]) => viewsOn(db, own, each, verbosity)))
  return views.flat().sort((a, b) => (a.driver_id < b.driver_id ? -1 : 1))
}

async function viewsOn(
  db: Kysely<Tables>,
  drivers: readonly Driver[],
  day: Day,
  verbosity: 'concise' | 'full',
): Promise<z.input<typeof DriverView>[]> {
  const ids = drivers.map(({ id }) => id)
  const used = await hoursUsed(db, ids, day)
  const { rows: rules } = await sql<HoursRule & { depot_id: string; timezone: string }>`
    select h.*, d.id as depot_id, d.timezone from depot d join hours_rule h on h.id = d.hours_rule`.execute(db)
  const routes = await db
    .selectFrom('route')
    .select(['id', 'driver_id'])
    .where('driver_id', '=', sql<string>`any(${ids})`)
    .where('day', '=', day)
    .where('status', '=', sql<'planned'>`any(${['planned', 'dispatched', 'in_progress']})`)
    .execute()
  const shifts = await db
    .selectFrom('shift')
    .selectAll()
    .where('driver_id', '=', sql<string>`any(${ids})`)
    .where('day', '=', day)
    .execute()
  return drivers.map((driver) => {
    const rule = rules.find(({ depot_id }) => depot_id === driver.depot_id)
    const hours = used.get(driver.id)
    if (!rule || !hours) throw new Error(`${driver.id} has no rule on hours`)
    const shift = shifts.find(({ driver_id }) => driver_id === driver.id)
    return {
      driver_id: driver.id,
      name: driver.name,
      depot: driver.depot_id,
      status: driver.status,
      skills: driver.skills,
      day,
      shift: shift
        ? { from: shift.starts_at.toISOString(), to: shift.ends_at.toISOString() }
        : usualShift(driver, day, rule.timezone),
      vehicle_id: shift?.vehicle_id ?? driver.vehicle_id,
      route_id: routes.find(({ driver_id }) => driver_id === driver.id)?.id ?? null,
      hours: {
        rule: rule.name,
        drive_day_s: hours.driveDayS,
        drive_day_left_s: Math.max(0, rule.max_drive_day_s - hours.driveDayS),
        duty_day_s: hours.dutyDayS,
        duty_day_left_s: Math.max(0, rule.max_duty_day_s - hours.dutyDayS),
        drive_week_s: hours.driveWeekS,
        drive_week_left_s: Math.max(0, rule.max_drive_week_s - hours.driveWeekS),
      },
      violations: [
        ...(mayDriveOn(driver, day) ? [] : [`The licence ended on ${driver.licence_expiry}`]),
        ...(hours.driveWeekS > rule.max_drive_week_s ? ['Too many hours in this week'] : []),
        ...(hours.driveDayS > rule.max_drive_day_s ? ['Too many hours on this day'] : []),
      ],
      ...(verbosity === 'full'
        ? {
            licence_class: driver.licence_class,
            licence_expiry: driver.licence_expiry,
            phone: driver.phone,
            rating: driver.rating,
          }
        : {}),
      version: driver.version,
    }
  })
}

function usualShift(driver: Driver, day: Day, timezone: string): { from: string; to: string } | null {
  if (!driver.weekdays.includes(weekdayOf(day))) return null
  return {
    from: momentIn(timezone, day, driver.shift_starts).toISOString(),
    to: momentIn(timezone, day, driver.shift_ends).toISOString(),
  }
}
