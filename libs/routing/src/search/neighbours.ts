// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'

/** Lists of tasks for each task, `width` entries each, the most promising first; unused entries are NONE. */
export interface NeighbourLists {
  width: number
  tasks: Int32Array
}

/** Lists with the travel between the task and its neighbour beside them, so that a scan reads memory in order. */
export interface ArcLists extends NeighbourLists {
  cost: Float64Array
  seconds: Float64Array
}

/** Seconds of unavoidable waiting count as much as this part of a second on the road. */
const WAITING_WEIGHT = 0.2
const RANK = 2 ** 20

/** The tasks nearest to each, itself first: whose routes are worth changing together. */
export function nearbyTasks(model: Model, width: number): NeighbourLists {
  const { cost, costTo } = model.classes[0]!
  return listsOf(model, width, (task, other) => {
    const at = task * model.placeCount + other
    return task === other ? -1 : cost[at]! + costTo[at]!
  })
}

/** The tasks after which each task fits best, as far as time allows. */
export function predecessors(model: Model, width: number): ArcLists {
  const lists = listsOf(model, width, (task, other) => strain(model, other, task))
  return withArcs(model, lists, (task, other) => other * model.placeCount + task)
}

/** The tasks before which each task fits best, as far as time allows. */
export function successors(model: Model, width: number): ArcLists {
  const lists = listsOf(model, width, (task, other) => strain(model, task, other))
  return withArcs(model, lists, (task, other) => task * model.placeCount + other)
}

function withArcs(model: Model, lists: NeighbourLists, arc: (task: number, other: number) => number): ArcLists {
  const { seconds, cost } = model.classes[0]!
  const valuesOf = (values: Float64Array) =>
    Float64Array.from(lists.tasks, (other, at) => (other < 0 ? 0 : values[arc(Math.floor(at / lists.width), other)]!))
  const arcSeconds = valuesOf(seconds)
  return { ...lists, seconds: arcSeconds, cost: cost === seconds ? arcSeconds : valuesOf(cost) }
}

/** No task goes between two locked ones. */
function isInsidePrefix(model: Model, task: number): boolean {
  return model.isLocked[task] === 1 && !model.locked.some((prefix) => prefix.at(-1) === task)
}

/** Cost of the arc and of the waiting it forces; infinite when it cannot be travelled in time. */
function strain(model: Model, from: number, to: number): number {
  if (from === to || model.isLocked[to] || isInsidePrefix(model, from)) return Number.POSITIVE_INFINITY
  const { seconds, cost } = model.classes[0]!
  const at = from * model.placeCount + to
  const travel = seconds[at]!
  const earliest = model.open[from]! + model.service[from]! + travel
  if (earliest > model.close[to]!) return Number.POSITIVE_INFINITY
  const waiting = Math.max(0, model.open[to]! - (model.close[from]! + model.service[from]! + travel))
  const rate = travel > 0 ? cost[at]! / travel : 1
  return waiting === Number.POSITIVE_INFINITY ? cost[at]! : cost[at]! + WAITING_WEIGHT * waiting * rate
}

/** Keys are packed with the task into one number each, so that the native sort orders them. */
function listsOf(model: Model, wanted: number, key: (task: number, other: number) => number): NeighbourLists {
  const { taskCount } = model
  const width = Math.min(wanted, taskCount)
  const tasks = new Int32Array(taskCount * width).fill(-1)
  const keys = new Float64Array(taskCount)
  const packed = new Float64Array(taskCount)
  for (let task = 0; task < taskCount; task++) {
    let largest = 0
    for (let other = 0; other < taskCount; other++) {
      keys[other] = key(task, other)
      if (keys[other]! < Number.POSITIVE_INFINITY) largest = Math.max(largest, keys[other]!)
    }
    const scale = (2 ** 32 - 2) / (largest + 1)
    let count = 0
    for (let other = 0; other < taskCount; other++) {
      if (keys[other] === Number.POSITIVE_INFINITY) continue
      packed[count++] = Math.floor((keys[other]! + 1) * scale) * RANK + other
    }
    const ordered = packed.subarray(0, count).sort()
    for (let rank = 0; rank < Math.min(width, count); rank++) tasks[task * width + rank] = ordered[rank]! % RANK
  }
  return { width, tasks }
}
