// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Route, Solution, Step, UnassignedTask } from '../solution.ts'
import type { Model } from './model.ts'
import { type Leg, timetableOf } from './timetable.ts'

/** The solution in the JSON of VROOM: for each vehicle its tasks in order, and the tasks left out with their reasons. */
export function assemble(model: Model, routes: readonly number[][], unassigned: UnassignedTask[]): Solution {
  const used = routes.flatMap((tasks, vehicle) => (tasks.length > 0 ? [routeOf(model, vehicle, tasks)] : []))
  const sum = (value: (route: Route) => number) => used.reduce((total, route) => total + value(route), 0)
  return {
    code: 0,
    summary: {
      cost: sum(({ cost }) => cost),
      routes: used.length,
      unassigned: unassigned.length,
      distance: sum(({ distance }) => distance),
      duration: sum(({ duration }) => duration),
      setup: sum(({ setup }) => setup),
      service: sum(({ service }) => service),
      waiting_time: sum(({ waiting_time }) => waiting_time),
      priority: sum(({ priority }) => priority),
      delivery: total(
        model,
        used.map(({ delivery }) => delivery),
      ),
      pickup: total(
        model,
        used.map(({ pickup }) => pickup),
      ),
      violations: [],
    },
    unassigned,
    routes: used,
  }
}

function routeOf(model: Model, vehicle: number, tasks: number[]): Route {
  const legs = timetableOf(model, vehicle, tasks)
  if (!legs) throw new Error(`The route of vehicle ${model.vehicles[vehicle]!.id} is not in time.`)
  const steps = stepsOf(model, vehicle, tasks, legs)
  const { id, description } = model.vehicles[vehicle]!
  const sum = (values: number[]) => values.reduce((all, value) => all + value, 0)
  return {
    vehicle: id,
    ...(description !== undefined && { description }),
    cost: model.fixedCost[vehicle]! + sum(legs.map(({ cost }) => cost)),
    distance: steps.at(-1)!.distance,
    duration: steps.at(-1)!.duration,
    setup: sum(steps.map(({ setup }) => setup)),
    service: sum(steps.map(({ service }) => service)),
    waiting_time: sum(steps.map(({ waiting_time }) => waiting_time)),
    priority: sum(tasks.map((task) => model.tasks[task]!.priority)),
    delivery: total(
      model,
      tasks.map((task) => deliveredAt(model, task)),
    ),
    pickup: total(
      model,
      tasks.map((task) => collectedAt(model, task)),
    ),
    steps,
    violations: [],
  }
}

/** Start, stops and end; breaks where the driver is when they begin. */
function stepsOf(model: Model, vehicle: number, tasks: number[], legs: Leg[]): Step[] {
  const { taskCount, vehicles, tasks: all } = model
  const { start, start_index, end, end_index } = vehicles[vehicle]!
  const nothing = { duration: 0, distance: 0, setup: 0, service: 0, waiting_time: 0, violations: [] as never[] }
  let load = total(
    model,
    tasks.map((task) => all[task]!.delivery),
  )
  let [duration, distance] = [0, 0]
  const first: Step = { type: 'start', ...placed(start, start_index), arrival: legs[0]!.departure, ...nothing, load }
  const steps = [first]
  for (const leg of legs) {
    const pauses = breakSteps(model, vehicle, leg, { duration, distance, load })
    duration += leg.seconds
    distance += leg.metres
    steps.push(...pauses)
    const { arrival, begin, setup, service } = leg
    const times = { arrival, duration, distance, setup, service, waiting_time: begin - arrival }
    if (leg.to >= taskCount) {
      steps.push({ type: 'end', ...placed(end, end_index), ...times, load, violations: [] })
      continue
    }
    const { type, visit, delivery, pickup, amount } = all[leg.to]!
    load = load.map((each, at) => each - delivery[at]! + pickup[at]! + amount[at]!)
    const { id, description, location, location_index } = visit
    const named = { type, id, ...(description !== undefined && { description }) }
    steps.push({ ...named, ...placed(location, location_index), ...times, load, violations: [] })
  }
  const [begin, finish] = [steps[0]!, steps.at(-1)!]
  if (start === undefined && start_index === undefined) steps.splice(steps.indexOf(begin), 1)
  if (end === undefined && end_index === undefined) steps.splice(steps.indexOf(finish), 1)
  return steps
}

function breakSteps(
  model: Model,
  vehicle: number,
  leg: Leg,
  before: { duration: number; distance: number; load: number[] },
): Step[] {
  const breaks = model.breaks[vehicle]!
  const rate = leg.seconds > 0 ? leg.metres / leg.seconds : 0
  let time = leg.departure
  let driven = 0
  return leg.breaks.map((number) => {
    const { index, windows, service } = breaks[number]!
    const { id, description } = model.vehicles[vehicle]!.breaks![index]!
    const [opening] = windows.filter(([, end]) => end >= time)
    const begin = Math.max(time, opening![0])
    const way = Math.min(leg.seconds - driven, begin - time)
    const arrival = time + way
    driven += way
    time = begin + service
    return {
      type: 'break',
      id,
      ...(description !== undefined && { description }),
      arrival,
      duration: before.duration + driven,
      distance: before.distance + driven * rate,
      setup: 0,
      service,
      waiting_time: begin - arrival,
      load: before.load,
      violations: [],
    }
  })
}

function placed(location: Step['location'], location_index: number | undefined) {
  return { ...(location && { location }), ...(location_index !== undefined && { location_index }) }
}

function deliveredAt({ tasks }: Model, task: number): number[] {
  const { type, delivery, amount } = tasks[task]!
  return type === 'delivery' ? amount.map((each) => 0 - each) : delivery
}

function collectedAt({ tasks }: Model, task: number): number[] {
  const { type, pickup, amount } = tasks[task]!
  return type === 'pickup' ? amount : pickup
}

function total({ dimensions }: Model, vectors: number[][]): number[] {
  return Array.from({ length: dimensions }, (_, at) => vectors.reduce((sum, vector) => sum + vector[at]!, 0))
}
