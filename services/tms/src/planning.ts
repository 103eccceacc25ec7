import { type Day, daysAfter } from '@backroom/calendar'
import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { ulid } from 'ulid'
import { firstCome } from './baseline.ts'
import { freeCrews } from './crew.ts'
import type { Objective, PlanRequest, Tables } from './database-tables.ts'
import { dayIn, momentIn } from './day.ts'
import { requireDepot } from './depot.ts'
import { hoursRuleOf, hoursUsed } from './hours.ts'
import type { Plan } from './plan.ts'
import { problemOf, type Rig } from './plan-problem.ts'
import { waitingFor } from './plannable.ts'

/** Nobody knows the shifts and licences of a later day. */
const DAYS_AHEAD = 366

export interface PlanOrder {
  depot: string
  day?: Day | undefined
  objective: Objective
  timeBudgetS: number
  seed: number
  request: PlanRequest
  solver: string
  actor: string
}

/**
 * Writes down what is to be planned: what waits, who is free, and what the day costs as it is. The solver comes later.
 *
 * @throws {BusinessError} not_found; invalid_argument for a day in the past or too far ahead, foreign shipments or drivers; conflict when
 *   nothing waits or nobody is free
 */
export async function draftPlan(db: Kysely<Tables>, order: PlanOrder): Promise<Plan> {
  const depot = await requireDepot(db, order.depot)
  const today = dayIn(depot.timezone)
  const day = order.day ?? today
  if (day < today)
    throw new BusinessError('invalid_argument', `${day} is in the past; today is ${today} at ${depot.id}.`)
  const last = daysAfter(today, DAYS_AHEAD)
  if (day > last) throw new BusinessError('invalid_argument', `${day} is too far ahead; plans are made up to ${last}.`)
  const { request, objective } = order
  const visits = await waitingFor(db, depot, day, request.shipments)
  if (visits.length === 0) throw nothingWaits(depot.id, day)
  const rule = await hoursRuleOf(db, depot.id)
  const rigs = await freeRigs(db, depot, day, request)
  if (rigs.length === 0) throw nobodyFree(depot.id, day)
  requireKnown(request, rigs, new Set(visits.map(({ shipment }) => shipment.id)))
  const zero = momentIn(depot.timezone, day, '00:00')
  const { plan, unassigned } = problemOf({ depot, rigs, visits, rule, objective, request, zero })
  return db
    .insertInto('route_plan')
    .values({
      id: `plan_${ulid()}`,
      depot_id: depot.id,
      day,
      kind: 'day',
      status: 'draft',
      objective,
      solver: order.solver,
      time_budget_s: order.timeBudgetS,
      seed: order.seed,
      request: JSON.stringify(request),
      problem: JSON.stringify(plan),
      unassigned: JSON.stringify(unassigned),
      baseline: JSON.stringify(firstCome(visits, rigs, depot, rule)),
      currency: rigs[0]?.vehicle.currency ?? 'USD',
      created_by: order.actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function freeRigs(
  db: Kysely<Tables>,
  depot: Awaited<ReturnType<typeof requireDepot>>,
  day: Day,
  { constraints }: PlanRequest,
): Promise<Rig[]> {
  const crews = await freeCrews(db, depot, day)
  const chosen = crews.filter(({ vehicle }) => !constraints?.vehicles || constraints.vehicles.includes(vehicle.id))
  const ids = chosen.map(({ driver }) => driver.id)
  const used = await hoursUsed(db, ids, day)
  const idle = { driveDayS: 0, dutyDayS: 0, driveWeekS: 0 }
  return chosen.map((crew) => ({ ...crew, start: depot, used: used.get(crew.driver.id) ?? idle, breakIsDue: true }))
}

/** @throws {BusinessError} invalid_argument naming what is not part of this plan */
function requireKnown({ lock = [], constraints }: PlanRequest, rigs: readonly Rig[], shipments: Set<string>): void {
  const drivers = new Set(rigs.map(({ driver }) => driver.id))
  const vehicles = new Set(rigs.map(({ vehicle }) => vehicle.id))
  const unknown = [
    ...lock.filter(({ shipment_id }) => !shipments.has(shipment_id)).map(({ shipment_id }) => shipment_id),
    ...lock.filter(({ driver_id }) => !drivers.has(driver_id)).map(({ driver_id }) => driver_id),
    ...(constraints?.vehicles ?? []).filter((id) => !vehicles.has(id)),
  ]
  if (unknown.length === 0) return
  throw new BusinessError(
    'invalid_argument',
    `Not part of this plan, or not free on that day: ${unknown.join(', ')}.`,
    {
      details: { unknown, free_drivers: [...drivers], free_vehicles: [...vehicles] },
      nextActions: [{ tool: 'list_drivers' }],
    },
  )
}

function nothingWaits(depot: string, day: Day): BusinessError {
  return new BusinessError('conflict', `No shipment of ${depot} waits for a route on ${day}.`, {
    nextActions: [{ tool: 'list_routes', arguments: { depot, date: day }, hint: 'They may be planned already.' }],
  })
}

function nobodyFree(depot: string, day: Day): BusinessError {
  return new BusinessError('conflict', `No driver with a vehicle of ${depot} is free on ${day}.`, {
    nextActions: [{ tool: 'list_drivers', arguments: { depot, date: day } }],
  })
}
