// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from './model.ts'
import { timetableOf } from './timetable.ts'

/** Rules a route may break, the plainest first. */
export const rules = ['unreachable', 'capacity', 'max_tasks', 'time_window', 'max_travel_time', 'max_distance'] as const

export type Rule = (typeof rules)[number]

/** A route that may be possible or not. */
export interface Candidate {
  vehicle: number
  tasks: number[]
}

/** All rules that the route breaks. */
export function brokenRules(model: Model, { vehicle, tasks }: Candidate): Set<Rule> {
  const broken = new Set<Rule>()
  const travel = travelOf(model, vehicle, tasks)
  if (travel.seconds === Number.POSITIVE_INFINITY) broken.add('unreachable')
  if (isOverloaded(model, vehicle, tasks)) broken.add('capacity')
  if (tasks.length > model.maxTasks[vehicle]!) broken.add('max_tasks')
  if (travel.seconds > model.maxTravel[vehicle]!) broken.add('max_travel_time')
  if (travel.metres > model.maxDistance[vehicle]!) broken.add('max_distance')
  if (travel.seconds < Number.POSITIVE_INFINITY && !timetableOf(model, vehicle, tasks)) broken.add('time_window')
  return broken
}

function travelOf(model: Model, vehicle: number, tasks: number[]) {
  const { taskCount, vehicleCount, place, placeCount } = model
  const { seconds, metres } = model.classes[model.classOf[vehicle]!]!
  const nodes = [taskCount + vehicle, ...tasks, taskCount + vehicleCount + vehicle]
  const travel = { seconds: 0, metres: 0 }
  for (let index = 1; index < nodes.length; index++) {
    const at = place[nodes[index - 1]!]! * placeCount + place[nodes[index]!]!
    travel.seconds += seconds[at]!
    travel.metres += metres[at]!
  }
  return travel
}

function isOverloaded(model: Model, vehicle: number, tasks: number[]): boolean {
  for (let at = 0; at < model.dimensions; at++) {
    const limit = model.capacity[vehicle * model.dimensions + at]!
    let load = tasks.reduce((sum, task) => sum + model.tasks[task]!.delivery[at]!, 0)
    if (load > limit) return true
    for (const task of tasks) {
      const { delivery, pickup, amount } = model.tasks[task]!
      load += pickup[at]! + amount[at]! - delivery[at]!
      if (load > limit) return true
    }
  }
  return false
}
