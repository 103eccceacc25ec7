import { type Kysely, sql } from 'kysely'
import type { Baseline, Load, PlanFigures, Tables } from './database-tables.ts'
import type { Coordinates } from './gazetteer.ts'
import type { HoursRule } from './hours.ts'
import { violations } from './hours.ts'
import { currentStatuses } from './plan.ts'
import type { Rig, Visit } from './plan-problem.ts'
import { costOf } from './plan-solution.ts'
import { type Visit as Planned, type Schedule, scheduleOf } from './schedule.ts'

interface Assignment {
  rig: Rig
  visits: Planned[]
  schedule: Schedule | undefined
}

/** The plan that the day goes by now, as figures; undefined when there is none. */
export async function currentFigures(
  db: Kysely<Tables>,
  { depotId, day }: { depotId: string; day: string },
): Promise<Baseline | undefined> {
  const { rows } = await sql<PlanFigures & { plan_id: string }>`
    select p.id as plan_id, count(distinct r.id)::integer as routes, count(t.id)::integer as stops,
      jsonb_array_length(p.unassigned) as unassigned, p.distance_m, p.drive_s, p.cost_minor,
      coalesce(sum(t.lateness_s), 0)::integer as lateness_s
    from route_plan p join route r on r.plan_id = p.id and r.status <> 'cancelled'
      left join stop t on t.route_id = r.id and t.status <> 'cancelled'
    where p.depot_id = ${depotId} and p.day = ${day} and p.kind = 'day' and p.status = any(${currentStatuses})
    group by p.id order by p.id desc limit 1`.execute(db)
  const [found] = rows
  return found && { kind: 'current_plan', ...found }
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
  const used = assignments.flatMap(({ rig, schedule }) => (schedule ? [{ rig, schedule }] : []))
  const total = (of: (schedule: Schedule) => number) => used.reduce((sum, { schedule }) => sum + of(schedule), 0)
  return {
    kind: 'first_come',
    routes: used.length,
    stops: visits.length - unassigned,
    unassigned,
    distance_m: total(({ distanceM }) => distanceM),
    drive_s: total(({ driveS }) => driveS),
    cost_minor: used.reduce(
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
export function plannedVisit({ shipment, kind, load }: Visit): Planned {
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
