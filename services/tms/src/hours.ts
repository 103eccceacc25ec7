import { type Day, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { mondayOf } from './day.ts'

export type HoursRule = Selectable<Tables['hours_rule']>

/** What a driver has worked, or is to work, by the routes that are his or hers; seconds. */
export interface HoursUsed {
  driveDayS: number
  dutyDayS: number
  driveWeekS: number
}

/** Work that a driver is to take on. */
export interface Work {
  driveS: number
  startsAt: Date
  endsAt: Date
  /** Pauses on the way, seconds in all. */
  breakS: number
}

/** A rule that work would break; seconds. */
export interface HoursViolation {
  rule: 'drive_day' | 'duty_day' | 'drive_week' | 'break'
  limit_s: number
  would_be_s: number
}

const counted = ['planned', 'dispatched', 'in_progress', 'completed'] as const

/** The limits where a depot is. */
export function hoursRuleOf(db: Kysely<Tables>, depotId: string): Promise<HoursRule> {
  return db
    .selectFrom('hours_rule')
    .innerJoin('depot', 'depot.hours_rule', 'hours_rule.id')
    .selectAll('hours_rule')
    .where('depot.id', '=', depotId)
    .executeTakeFirstOrThrow()
}

/** What drivers have used on a day and in its week, without a route that is about to change. */
export async function hoursUsed(
  db: Kysely<Tables>,
  driverIds: readonly string[],
  day: Day,
  except = '',
): Promise<Map<string, HoursUsed>> {
  const monday = mondayOf(day)
  const { rows } = await sql<{ driver_id: string } & HoursUsed>`
    select driver_id,
      coalesce(sum(drive_s) filter (where day = ${day}::date), 0)::integer as "driveDayS",
      coalesce(sum(extract(epoch from ends_at - starts_at)) filter (where day = ${day}::date), 0)::integer as "dutyDayS",
      sum(drive_s)::integer as "driveWeekS"
    from route
    where driver_id = any(${driverIds}) and day between ${monday}::date and ${daysAfter(monday, 6)}::date
      and status = any(${counted}) and id <> ${except}
    group by driver_id`.execute(db)
  const used = new Map(rows.map(({ driver_id, ...hours }) => [driver_id, hours]))
  return new Map(driverIds.map((id) => [id, used.get(id) ?? { driveDayS: 0, dutyDayS: 0, driveWeekS: 0 }]))
}

/** The rules that more work would break. */
export function violations(rule: HoursRule, used: HoursUsed, work: Work): HoursViolation[] {
  const dutyS = Math.round((work.endsAt.getTime() - work.startsAt.getTime()) / 1_000)
  const found: HoursViolation[] = [
    { rule: 'drive_day', limit_s: rule.max_drive_day_s, would_be_s: used.driveDayS + work.driveS },
    { rule: 'duty_day', limit_s: rule.max_duty_day_s, would_be_s: used.dutyDayS + dutyS },
    { rule: 'drive_week', limit_s: rule.max_drive_week_s, would_be_s: used.driveWeekS + work.driveS },
  ]
  const over = found.filter(({ limit_s, would_be_s }) => would_be_s > limit_s)
  if (work.driveS > rule.break_after_s && work.breakS < rule.break_s)
    over.push({ rule: 'break', limit_s: rule.break_after_s, would_be_s: work.driveS })
  return over
}

/**
 * @throws {BusinessError} limit_exceeded with every rule that the work would break
 */
export function requireHours(driverId: string, rule: HoursRule, used: HoursUsed, work: Work): void {
  const over = violations(rule, used, work)
  if (over.length === 0) return
  const sentences = over.map(
    ({ rule: name, limit_s, would_be_s }) => `${name} ${inHours(would_be_s)} of ${inHours(limit_s)}`,
  )
  throw new BusinessError(
    'limit_exceeded',
    `${driverId} would work too long: ${sentences.join(', ')} (${rule.name}).`,
    {
      details: { driver_id: driverId, hours_rule: rule.id, violations: over },
      nextActions: [{ tool: 'list_drivers', hint: 'Choose a driver with hours left.' }],
    },
  )
}

function inHours(seconds: number): string {
  return `${(seconds / 3_600).toFixed(1)} h`
}
