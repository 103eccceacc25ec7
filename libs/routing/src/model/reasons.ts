// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Reason, ReasonCode, UnassignedTask } from '../solution.ts'
import type { Model } from './model.ts'
import { brokenRules, type Candidate, type Rule, rules } from './rules.ts'

const never: Record<Exclude<ReasonCode, 'fleet_full'>, string> = {
  skills: 'No vehicle has all the skills it needs.',
  unreachable: 'No vehicle that may serve it can travel there and back.',
  capacity: 'It is larger than the capacity of every vehicle that may serve it.',
  max_tasks: 'No vehicle that may serve it is allowed enough tasks.',
  max_travel_time: 'The way there and back is longer than the travel time allowed to every vehicle that may serve it.',
  max_distance: 'The way there and back is longer than the distance allowed to every vehicle that may serve it.',
  time_window: 'No vehicle that may serve it can be there in its time window and back within the shift.',
}

const full: Record<Exclude<ReasonCode, 'fleet_full'>, string> = {
  ...never,
  capacity: 'No vehicle that may serve it has room left beside the tasks planned.',
  max_tasks: 'Every vehicle that may serve it has as many tasks as it is allowed.',
  max_travel_time: 'Every vehicle that may serve it would exceed its travel time with the tasks planned.',
  max_distance: 'Every vehicle that may serve it would exceed its distance with the tasks planned.',
  time_window: 'No vehicle that may serve it has time left in its time window beside the tasks planned.',
}

/** The tasks no route serves, each with the rule that binds: the one that every way of serving it would break. */
export function unassignedOf(model: Model, routes: readonly number[][]): UnassignedTask[] {
  const served = new Set(routes.flat())
  return model.tasks.flatMap(({ type, visit, partner }, task) => {
    if (served.has(task)) return []
    const { id, description, location, location_index } = visit
    const first = type === 'delivery' ? partner : task
    return [
      {
        id,
        type,
        ...(description !== undefined && { description }),
        ...(location && { location }),
        ...(location_index !== undefined && { location_index }),
        reason: reasonOf(model, routes, first),
      },
    ]
  })
}

function reasonOf(model: Model, routes: readonly number[][], task: number): Reason {
  const able = routes
    .keys()
    .filter((vehicle) => model.suits[vehicle * model.taskCount + task] === 1)
    .toArray()
  if (able.length === 0) return { code: 'skills', explanation: never.skills }
  const together = model.partner[task]! < 0 ? [task] : [task, model.partner[task]!]
  const alone = ruleOfAll(
    model,
    able.map((vehicle) => ({ vehicle, tasks: [...model.locked[vehicle]!, ...together] })),
  )
  if (alone) return { code: alone, explanation: never[alone] }
  const rule = ruleOfAll(
    model,
    able.flatMap((vehicle) => insertions(model, vehicle, routes[vehicle]!, together)),
  )
  if (rule) return { code: rule, explanation: full[rule] }
  return {
    code: 'fleet_full',
    explanation: 'Each vehicle that may serve it lacks room, time or reach beside the tasks planned.',
  }
}

/** The first rule that every candidate breaks. */
function ruleOfAll(model: Model, candidates: Candidate[]) {
  let common: readonly Rule[] = rules
  for (const candidate of candidates) {
    const broken = brokenRules(model, candidate)
    common = common.filter((rule) => broken.has(rule))
    if (common.length === 0) return undefined
  }
  return common[0]
}

/** Every order that keeps the locked prefix and the tasks planned. */
function insertions(model: Model, vehicle: number, planned: number[], [task, delivery]: number[]): Candidate[] {
  const fixed = model.locked[vehicle]!.length
  const places = Array.from({ length: planned.length - fixed + 1 }, (_, index) => fixed + index)
  return places.flatMap((at) => {
    const tasks = planned.toSpliced(at, 0, task!)
    if (delivery === undefined) return [{ vehicle, tasks }]
    const later = Array.from({ length: tasks.length - at }, (_, index) => at + 1 + index)
    return later.map((to) => ({ vehicle, tasks: tasks.toSpliced(to, 0, delivery) }))
  })
}
