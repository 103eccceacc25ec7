import { type Kysely, sql } from 'kysely'
import type { Baseline, Load, PlanFigures, Tables } from './database-tables.ts'
import type { Coordinates } from './gazetteer.ts'
import type { HoursRule } from './hours.ts'
import { violations } from './hours.ts'
import { currentStatuses, type Plan } from './plan.ts'
import type { Rig, Visit } from './plan-problem.ts'
import { costOf } from './plan-solution.ts'
import type { Waiting } from './plannable.ts'
import { type Visit as Planned, type Schedule, scheduleOf } from './schedule.ts'

/** A vehicle's way from where it is through visits, back to the depot. */
export interface Course {
  rig: Rig
  visits: readonly Planned[]
  breaks: readonly { starts_at: string; seconds: number }[]
}

interface Assignment {
  rig: Rig
  visits: Planned[]
  schedule: Schedule | undefined
}

/**
 * What other plans in force have for the day of a plan, all of them together; undefined when there are none.
 */
export async function plannedBeside(
  db: Kysely<Tables>,
  { id, depot_id, day }: Pick<Plan, 'id' | 'depot_id' | 'day'>,
): Promise<(PlanFigures & { plan_ids: string[] }) | undefined> {
  const { rows } = await sql<PlanFigures & { plan_ids: string[] }>`
    with other as (select * from route_plan p
        where p.depot_id = ${depot_id} and p.day = ${day} and p.kind = 'day' and p.status = any(${currentStatuses}) and p.id <> ${id}),
      way as (select r.* from route r join other p on p.id = r.plan_id where r.status <> 'cancelled'),
      visit as (select t.* from stop t join way r on r.id = t.route_id where t.status <> 'cancelled')
    select array(select id from other order by id) as plan_ids,
      (select coalesce(sum(jsonb_array_length(unassigned)), 0) from other)::integer as unassigned,
      (select count(*) from visit)::integer as stops, (select coalesce(sum(lateness_s), 0) from visit)::integer as lateness_s,
      count(*)::integer as routes, coalesce(sum(distance_m), 0)::bigint as distance_m,
      coalesce(sum(drive_s), 0)::integer as drive_s, coalesce(sum(cost_minor), 0)::bigint as cost_minor
    from way`.execute(db)
  const [found] = rows
  return found && found.plan_ids.length > 0 ? found : undefined
}

/**
 * What a day costs without a solver: each shipment, in the order in which it was promised, goes to the end of the first
 * route that has room and time for it.
 */
export function firstCome(
  visits: readonly Visit[],
  rigs: readonly Rig[],
  depot: Coordinates,
  rule: HoursRule,
): Baseline {
  const assignments: Assignment[] = rigs.map((rig) => ({ rig, visits: [], schedule: undefined }))
  let unassigned = 0
  for (const visit of visits) {
    const fitting = assignments.some((assignment) => append(assignment, visit, depot, rule))
    if (!fitting) unassigned++
  }
  const used = assignments.filter(({ schedule }) => schedule).map((one) => ({ ...one, breaks: [] }))
  return { kind: 'first_come', ...figuresOf(used, depot, unassigned) }
}

/** What courses amount to. */
export function figuresOf(courses: readonly Course[], depot: Coordinates, unassigned: number): PlanFigures {
  const driven = courses.map(({ rig, visits, breaks }) => ({
    rig,
    schedule: scheduleOf({ ...rig.start, at: rig.startsAt, depot, breaks }, visits),
  }))
  const total = (of: (schedule: Schedule) => number) => driven.reduce((sum, { schedule }) => sum + of(schedule), 0)
  return {
    routes: courses.length,
    stops: total(({ stops }) => stops.length),
    unassigned,
    distance_m: total(({ distanceM }) => distanceM),
    drive_s: total(({ driveS }) => driveS),
    cost_minor: driven.reduce(
      (sum, { rig, schedule }) => sum + costOf(rig.vehicle, schedule.distanceM, schedule.driveS),
      0,
    ),
    lateness_s: total(({ stops }) => stops.reduce((sum, { latenessS }) => sum + latenessS, 0)),
  }
}

function append(assignment: Assignment, visit: Visit, depot: Coordinates, rule: HoursRule): boolean {
  const { rig, visits } = assignment
  const { shipment } = visit
  const { driver, vehicle } = rig
  const skills = new Set([...driver.skills, ...vehicle.skills])
  if (shipment.latitude === null || shipment.longitude === null) return false
  if (visit.onlyFor && visit.onlyFor !== driver.id) return false
  if (!shipment.skills.every((skill) => skills.has(skill))) return false
  const more = [...visits, plannedVisit(visit)]
  const start = { ...rig.start, at: rig.startsAt, depot, breaks: [] }
  const schedule = scheduleOf(start, more)
  const breakS = schedule.driveS > rule.break_after_s ? rule.break_s : 0
  const endsAt = new Date(schedule.endsAt.getTime() + breakS * 1_000)
  const work = { driveS: schedule.driveS, startsAt: rig.startsAt, endsAt, breakS }
  const fits =
    schedule.inTime &&
    endsAt <= rig.endsAt &&
    withinCapacity(schedule.peak, vehicle) &&
    schedule.distanceM <= (vehicle.range_m ?? Number.POSITIVE_INFINITY) &&
    violations(rule, rig.used, work).length === 0
  if (!fits) return false
  assignment.visits = more
  assignment.schedule = schedule
  return true
}

/** A visit as the clock sees it. */
export function plannedVisit({ shipment, kind, load }: Waiting): Planned {
  const { latitude, longitude, window_from, window_to, service_s, promised_by } = shipment
  return {
    latitude: latitude as number,
    longitude: longitude as number,
    kind,
    load,
    serviceS: service_s,
    window: window_from && window_to ? { from: window_from, to: window_to } : null,
    promisedBy: promised_by,
  }
}

export function withinCapacity([weight, volume, parcels]: Load, vehicle: Rig['vehicle']): boolean {
  return weight <= vehicle.capacity_g && volume <= vehicle.capacity_cm3 && parcels <= vehicle.capacity_parcels
}
