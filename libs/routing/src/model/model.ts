// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import { type Problem, ProblemError, type TimeWindow, type Vehicle } from '../problem.ts'
import { isSimple } from './simple.ts'
import { dimensionsOf, lockedTasks, type Task, tasksOf, windowsOf } from './tasks.ts'
import { NOWHERE, type Travel, travelOf } from './travel.ts'

/** Travel of one kind of vehicle between places, row by row; the transposed arrays are read by destination. */
export interface TravelClass {
  seconds: Float64Array
  secondsTo: Float64Array
  metres: Float64Array
  cost: Float64Array
  costTo: Float64Array
}

/** A break of a vehicle, its windows in the order of time. */
export interface BreakModel {
  index: number
  windows: TimeWindow[]
  service: number
}

/**
 * The problem in arrays. Nodes are the tasks, then the start of each vehicle, then the end of each vehicle; a place is
 * a row of the travel arrays: each task is a place of its own.
 */
export interface Model {
  /** Whether the fast evaluation covers every feature of the problem. */
  simple: boolean
  tasks: Task[]
  vehicles: Vehicle[]
  taskCount: number
  vehicleCount: number
  nodeCount: number
  placeCount: number
  dimensions: number
  place: Int32Array
  /** Matrix row of each place: equal for tasks at one location. */
  locationOf: Int32Array
  classes: TravelClass[]
  classOf: Int32Array
  /** First opening and last closing of each task. */
  open: Float64Array
  close: Float64Array
  service: Float64Array
  setup: Float64Array
  partner: Int32Array
  /** Task by dimension. */
  delivery: Float64Array
  pickup: Float64Array
  amount: Float64Array
  /** Vehicle by task: 1 when the vehicle has the skills. */
  suits: Uint8Array
  /** What leaving a task unassigned counts: any priority outweighs all lower ones together. */
  penalty: Float64Array
  /** Vehicle by dimension. */
  capacity: Float64Array
  shiftStart: Float64Array
  shiftEnd: Float64Array
  maxTasks: Float64Array
  maxTravel: Float64Array
  maxDistance: Float64Array
  fixedCost: Float64Array
  breaks: BreakModel[][]
  /** Vehicles of the same kind are interchangeable. */
  kind: Int32Array
  locked: number[][]
  isLocked: Uint8Array
}

/** Compiles a problem. @throws {ProblemError} when it cannot be understood */
export function modelOf(problem: Problem): Model {
  const tasks = tasksOf(problem)
  const { vehicles } = problem
  if (vehicles.length === 0) throw new ProblemError('There is no vehicle.')
  const dimensions = dimensionsOf(problem)
  const travel = travelOf(problem)
  const places = placesOf(tasks, vehicles, travel)
  const { classes, classOf } = classesOf(vehicles, travel, places.locationOf)
  const locked = vehicles.map((vehicle) => lockedTasks(vehicle, tasks))
  const perVehicle = (value: (vehicle: Vehicle) => number) => Float64Array.from(vehicles, value)
  const perTask = (value: (task: Task) => number) => Float64Array.from(tasks, value)
  const kinds = new Map<string, number>()
  const model: Omit<Model, 'simple'> = {
    tasks,
    vehicles,
    taskCount: tasks.length,
    vehicleCount: vehicles.length,
    nodeCount: places.place.length,
    placeCount: places.locationOf.length,
    dimensions,
    ...places,
    classes,
    classOf,
    open: perTask(({ windows }) => windows[0]![0]),
    close: perTask(({ windows }) => Math.max(...windows.map(([, end]) => end))),
    service: perTask(({ visit }) => visit.service ?? 0),
    setup: perTask(({ visit }) => visit.setup ?? 0),
    partner: Int32Array.from(tasks, ({ partner }) => partner),
    delivery: Float64Array.from(tasks.flatMap(({ delivery }) => delivery)),
    pickup: Float64Array.from(tasks.flatMap(({ pickup }) => pickup)),
    amount: Float64Array.from(tasks.flatMap(({ amount }) => amount)),
    suits: Uint8Array.from(vehicles.flatMap((vehicle) => tasks.map((task) => Number(hasSkills(vehicle, task))))),
    penalty: perTask(({ priority }) => priority * (tasks.length + 1) + 1),
    capacity: Float64Array.from(vehicles.flatMap(({ capacity }) => capacityOf(capacity, dimensions))),
    shiftStart: perVehicle(({ time_window }) => time_window?.[0] ?? 0),
    shiftEnd: perVehicle(({ time_window }) => time_window?.[1] ?? Number.POSITIVE_INFINITY),
    maxTasks: perVehicle(({ max_tasks }) => max_tasks ?? Number.POSITIVE_INFINITY),
    maxTravel: perVehicle(({ max_travel_time }) => max_travel_time ?? Number.POSITIVE_INFINITY),
    maxDistance: perVehicle(({ max_distance }) => max_distance ?? Number.POSITIVE_INFINITY),
    fixedCost: perVehicle(({ costs }) => costs?.fixed ?? 0),
    breaks: vehicles.map(breaksOf),
    kind: Int32Array.from(vehicles, (vehicle) => numberOf(kinds, kindKey(vehicle))),
    locked,
    isLocked: lockedFlags(locked, tasks.length),
  }
  return { ...model, simple: isSimple(model) }
}

function placesOf(tasks: Task[], vehicles: Vehicle[], travel: Travel) {
  const locations = tasks.map(({ type, visit }) => travel.indexOf(visit, `${type} ${visit.id}`))
  const depots = new Map<string, number>()
  const depot = (vehicle: Vehicle, end: 'start' | 'end') => {
    const given = { location: vehicle[end], location_index: vehicle[`${end}_index`] }
    const isOpen = given.location === undefined && given.location_index === undefined
    const location = isOpen ? NOWHERE : travel.indexOf(given, `the ${end} of vehicle ${vehicle.id}`)
    const place = tasks.length + numberOf(depots, String(location))
    locations[place] = location
    return place
  }
  const starts = vehicles.map((vehicle) => depot(vehicle, 'start'))
  const ends = vehicles.map((vehicle) => depot(vehicle, 'end'))
  return {
    place: Int32Array.from([...tasks.keys(), ...starts, ...ends]),
    locationOf: Int32Array.from(locations),
  }
}

function classesOf(vehicles: Vehicle[], travel: Travel, locationOf: Int32Array) {
  const numbers = new Map<string, number>()
  const classes: TravelClass[] = []
  const classOf = Int32Array.from(vehicles, (vehicle) => {
    const { profile = 'car', speed_factor = 1, costs = {} } = vehicle
    const number = numberOf(numbers, JSON.stringify([profile, speed_factor, costs.per_hour, costs.per_km]))
    classes[number] ??= classFor(vehicle, travel, locationOf)
    return number
  })
  return { classes, classOf }
}

function classFor(vehicle: Vehicle, travel: Travel, locationOf: Int32Array): TravelClass {
  const { speed_factor: speed = 1, costs: { per_hour: perHour = 3600, per_km: perKm = 0 } = {} } = vehicle
  if (!(speed > 0)) throw new ProblemError(`The speed_factor of vehicle ${vehicle.id} is not above 0.`)
  const { durations, distances, costs } = travel.matricesOf(vehicle)
  const seconds = between(locationOf, (from, to) => durations[from]![to]! / speed)
  const metres = between(locationOf, (from, to) => distances[from]![to]!)
  const cost = between(locationOf, (from, to) => {
    if (costs) return costs[from]![to]!
    return (
      (perHour === 3600 ? 1 : perHour / 3600) * (durations[from]![to]! / speed) + (perKm / 1000) * distances[from]![to]!
    )
  })
  const sharedCost = isEqual(cost, seconds) ? seconds : cost
  const secondsTo = transposed(seconds, locationOf.length)
  return {
    seconds,
    secondsTo,
    metres,
    cost: sharedCost,
    costTo: sharedCost === seconds ? secondsTo : transposed(sharedCost, locationOf.length),
  }
}

/** A value for each pair of places, zero to and from nowhere; what is not a number cannot be travelled. */
function between(locationOf: Int32Array, value: (from: number, to: number) => number): Float64Array {
  const size = locationOf.length
  const values = new Float64Array(size * size)
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) {
      if (locationOf[from] === NOWHERE || locationOf[to] === NOWHERE) continue
      const each = value(locationOf[from]!, locationOf[to]!)
      values[from * size + to] = Number.isFinite(each) ? each : Number.POSITIVE_INFINITY
    }
  }
  return values
}

function transposed(values: Float64Array, size: number): Float64Array {
  const mirrored = new Float64Array(values.length)
  for (let from = 0; from < size; from++) {
    for (let to = 0; to < size; to++) mirrored[to * size + from] = values[from * size + to]!
  }
  return isEqual(values, mirrored) ? values : mirrored
}

function isEqual(one: Float64Array, other: Float64Array): boolean {
  return one.every((value, index) => value === other[index])
}

function hasSkills(vehicle: Vehicle, task: Task): boolean {
  return task.skills.every((skill) => vehicle.skills?.includes(skill))
}

/** No capacity at all: no limit. */
function capacityOf(capacity: number[] | undefined, dimensions: number): number[] {
  return Array.from(
    { length: dimensions },
    (_, index) => capacity?.[index] ?? (capacity ? 0 : Number.POSITIVE_INFINITY),
  )
}

function breaksOf(vehicle: Vehicle): BreakModel[] {
  const breaks = (vehicle.breaks ?? []).map((each, index) => ({
    index,
    windows: windowsOf(each, `break ${each.id} of vehicle ${vehicle.id}`),
    service: each.service ?? 0,
  }))
  return breaks.sort((a, b) => a.windows[0]![0] - b.windows[0]![0])
}

function kindKey({ id: _id, description: _description, steps: _steps, ...rest }: Vehicle): string {
  return JSON.stringify(Object.entries(rest).sort(([a], [b]) => (a < b ? -1 : 1)))
}

function lockedFlags(locked: number[][], taskCount: number): Uint8Array {
  const flags = new Uint8Array(taskCount)
  for (const task of locked.flat()) {
    if (flags[task]) throw new ProblemError('A task is in the steps of two vehicles, or twice in those of one.')
    flags[task] = 1
  }
  return flags
}

function numberOf(numbers: Map<string, number>, key: string): number {
  const known = numbers.get(key)
  if (known !== undefined) return known
  numbers.set(key, numbers.size)
  return numbers.size - 1
}
