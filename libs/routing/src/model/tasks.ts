import { type Problem, ProblemError, type TimeWindow, type Vehicle, type Visit } from '../problem.ts'
import type { TaskType } from '../solution.ts'

/** A job, or one end of a shipment, in one shape. */
export interface Task {
  type: TaskType
  visit: Visit
  /** Of the other end of the shipment, -1 for a job. */
  partner: number
  /** On board from the start of the route until here. */
  delivery: number[]
  /** On board from here until the end of the route. */
  pickup: number[]
  /** Joins the load here: positive at the pickup of a shipment, negative at its delivery. */
  amount: number[]
  skills: number[]
  priority: number
  windows: TimeWindow[]
}

const ALWAYS: TimeWindow[] = [[Number.NEGATIVE_INFINITY, Number.POSITIVE_INFINITY]]

/** All tasks of the problem: the jobs, then pickup and delivery of each shipment. Rejects what contradicts itself. */
export function tasksOf(problem: Problem): Task[] {
  const { jobs = [], shipments = [], vehicles } = problem
  const dimensions = dimensionsOf(problem)
  const tasks: Task[] = jobs.map((job) => ({
    type: 'job',
    visit: job,
    partner: -1,
    delivery: padded(job.delivery, dimensions),
    pickup: padded(job.pickup, dimensions),
    amount: padded([], dimensions),
    skills: job.skills ?? [],
    priority: job.priority ?? 0,
    windows: windowsOf(job, `job ${job.id}`),
  }))
  for (const { pickup, delivery, amount, skills = [], priority = 0 } of shipments) {
    const shared = { delivery: padded([], dimensions), pickup: padded([], dimensions), skills, priority }
    const goods = padded(amount, dimensions)
    const [from, to] = [tasks.length, tasks.length + 1]
    const first = { ...shared, partner: to, amount: goods, windows: windowsOf(pickup, `pickup ${pickup.id}`) }
    const last = { ...shared, partner: from, amount: goods.map((each) => 0 - each) }
    tasks.push({ ...first, type: 'pickup', visit: pickup })
    tasks.push({ ...last, type: 'delivery', visit: delivery, windows: windowsOf(delivery, `delivery ${delivery.id}`) })
  }
  rejectRepeated(tasks.map(({ type, visit }) => `${type} ${visit.id}`))
  rejectRepeated(vehicles.map(({ id }) => `vehicle ${id}`))
  for (const { type, visit, priority } of tasks) {
    if (priority < 0 || priority > 100) throw new ProblemError(`The priority of ${type} ${visit.id} is not 0 to 100.`)
  }
  return tasks
}

/** Length of the longest amount vector. */
export function dimensionsOf({ jobs = [], shipments = [], vehicles }: Problem): number {
  const vectors = [
    ...jobs.flatMap(({ delivery, pickup }) => [delivery, pickup]),
    ...shipments.map(({ amount }) => amount),
    ...vehicles.map(({ capacity }) => capacity),
  ]
  return Math.max(0, ...vectors.map((vector) => vector?.length ?? 0))
}

/** Positions in `tasks` of the locked prefix of a vehicle. */
export function lockedTasks(vehicle: Vehicle, tasks: Task[]): number[] {
  const steps = (vehicle.steps ?? []).filter(({ type }) => type === 'job' || type === 'pickup' || type === 'delivery')
  return steps.map(({ type, id }) => {
    const position = tasks.findIndex((task) => task.type === type && task.visit.id === id)
    if (position < 0)
      throw new ProblemError(`Vehicle ${vehicle.id} has a step for ${type} ${id}, which does not exist.`)
    return position
  })
}

/** Windows in the order of time; one that never ends when there are none. */
export function windowsOf(visit: { time_windows?: TimeWindow[] }, what: string): TimeWindow[] {
  if (!visit.time_windows?.length) return ALWAYS
  const windows = visit.time_windows.toSorted((a, b) => a[0] - b[0])
  if (windows.some(([start, end]) => !(start <= end)))
    throw new ProblemError(`A time window of ${what} ends before it starts.`)
  return windows
}

function padded(vector: number[] = [], dimensions: number): number[] {
  return Array.from({ length: dimensions }, (_, dimension) => vector[dimension] ?? 0)
}

function rejectRepeated(names: string[]) {
  const seen = new Set<string>()
  const repeated = names.find((name) => seen.size === seen.add(name).size)
  if (repeated) throw new ProblemError(`There are two with the same id: ${repeated}.`)
}
