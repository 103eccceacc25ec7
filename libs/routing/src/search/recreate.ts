// biome-ignore-all lint/style/noNonNullAssertion: indices are within the arrays by construction.
import type { Model } from '../model/model.ts'
import type { Evaluation } from './evaluation.ts'
import { NONE, type Plan } from './plan.ts'
import type { Random } from './random.ts'

/** How often each order of insertion is used. */
const ORDERS = { random: 4, demand: 4, far: 2, near: 1, narrow: 2, early: 2, late: 2, urgent: 4 }

/** Absent tasks that one round tries to insert beyond those it took out itself. */
const MOST_TRIED = 40

/** Puts absent tasks where they cost least, one after the other, in an order drawn at random. */
export function createRecreate(model: Model, plan: Plan, evaluation: Evaluation, random: Random) {
  const { absent } = plan
  const orders = ordersOf(model)
  const keys = new Float64Array(model.taskCount)
  const queue = new Int32Array(model.taskCount)

  /** `mostVehicles`: no route is opened beyond that many. */
  return (mostVehicles: number, all: boolean) => {
    const count = chooseTasks(all)
    const order = orders[random.below(orders.length)]
    for (let index = 0; index < count; index++) keys[queue[index]!] = order ? order[queue[index]!]! : random.next()
    sort(count)
    for (let index = 0; index < count; index++) {
      const task = queue[index]!
      if (plan.route[task] !== NONE) continue
      if (evaluation.find(task, plan.used < mostVehicles) < Number.POSITIVE_INFINITY) evaluation.insert(task)
    }
  }

  /** Of many absent tasks those that came last, which the ruin took out, and a random run of older ones. */
  function chooseTasks(all: boolean): number {
    const count = all ? plan.absentCount : Math.min(plan.absentCount, MOST_TRIED)
    const older = plan.absentCount - count
    const skipped = older > 0 ? random.below(older + 1) : 0
    for (let index = 0; index < count; index++) {
      const back = index < MOST_TRIED / 2 ? index : index + skipped
      queue[index] = absent[plan.absentCount - 1 - back]!
    }
    return count
  }

  function sort(count: number) {
    if (count > MOST_TRIED) {
      queue.subarray(0, count).sort((a, b) => keys[a]! - keys[b]!)
      return
    }
    for (let index = 1; index < count; index++) {
      const task = queue[index]!
      const key = keys[task]!
      let at = index - 1
      while (at >= 0 && keys[queue[at]!]! > key) {
        queue[at + 1] = queue[at]!
        at--
      }
      queue[at + 1] = task
    }
  }
}

/** Sort keys of the orders, each as often as its weight; undefined: at random. */
function ordersOf(model: Model): (Float64Array | undefined)[] {
  const { taskCount, dimensions } = model
  const demand = new Float64Array(taskCount)
  const away = new Float64Array(taskCount)
  const { cost, costTo } = model.classes[0]!
  for (let task = 0; task < taskCount; task++) {
    const depot = task * model.placeCount + model.place[taskCount]!
    away[task] = cost[depot]! + costTo[depot]!
    for (let at = task * dimensions; at < (task + 1) * dimensions; at++) {
      demand[task]! += model.delivery[at]! + model.pickup[at]! + Math.abs(model.amount[at]!)
    }
  }
  const hasWindows = model.close.some((close) => close < Number.POSITIVE_INFINITY)
  const width = model.close.map((close, task) => close - model.open[task]!)
  const weighted: [number, Float64Array | undefined][] = [
    [ORDERS.random, undefined],
    [ORDERS.demand, demand.map((amount) => -amount)],
    [ORDERS.far, away.map((distance) => -distance)],
    [ORDERS.near, away],
  ]
  if (hasWindows) {
    weighted.push([ORDERS.narrow, width], [ORDERS.early, model.open], [ORDERS.late, model.close.map((end) => -end)])
  }
  if (model.penalty.some((penalty) => penalty !== model.penalty[0])) {
    weighted.push([ORDERS.urgent, model.penalty.map((penalty) => -penalty)])
  }
  return weighted.flatMap(([weight, key]) => Array.from({ length: weight }, () => key))
}
