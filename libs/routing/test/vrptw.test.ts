import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, optimize, type Problem, type TimeWindow } from '../src/index.ts'

const CUSTOMERS_A_GROUP = 10
const SERVICE = 90

/**
 * Groups of customers far from each other on a circle around the depot, their windows in the order of a tour around
 * each group; so the best plan is known: one vehicle a group, in that order.
 */
function clustered(groups: number, windowLength: number): { problem: Problem; distance: number } {
  const places: { x: number; y: number; window: TimeWindow }[] = [{ x: 0, y: 0, window: [0, 5000] }]
  let distance = 0
  for (let group = 0; group < groups; group++) {
    const angle = (2 * Math.PI * group) / groups
    let time = 0
    let last = { x: 0, y: 0 }
    for (let index = 0; index < CUSTOMERS_A_GROUP; index++) {
      const turn = angle + (2 * Math.PI * index) / CUSTOMERS_A_GROUP
      const place = { x: 100 * Math.cos(angle) + 10 * Math.cos(turn), y: 100 * Math.sin(angle) + 10 * Math.sin(turn) }
      const way = Math.hypot(place.x - last.x, place.y - last.y)
      time += way
      distance += way
      places.push({ ...place, window: [Math.max(0, time - windowLength / 2), time + windowLength / 2] })
      time += SERVICE
      last = place
    }
    distance += Math.hypot(last.x, last.y)
  }
  const matrix = places.map((from) => places.map((to) => Math.hypot(from.x - to.x, from.y - to.y)))
  const problem: Problem = {
    jobs: places.slice(1).map(({ window }, index) => ({
      id: index + 1,
      location_index: index + 1,
      delivery: [1],
      service: SERVICE,
      time_windows: [window],
    })),
    vehicles: Array.from({ length: groups * 2 }, (_, index) => ({
      id: index + 1,
      start_index: 0,
      end_index: 0,
      capacity: [CUSTOMERS_A_GROUP],
      time_window: [0, 5000],
      costs: { fixed: 1e6 },
    })),
    matrices: { car: { durations: matrix, distances: matrix } },
  }
  return { problem, distance }
}

for (const windowLength of [20, 300, 5000]) {
  test(`the known best plan of clustered customers is found, windows of ${windowLength}`, async () => {
    const { problem, distance } = clustered(6, windowLength)
    const solution = await optimize(problem, { timeBudgetMs: 20_000, seed: 1, maxIterations: 15_000 })
    assert.deepEqual(check(problem, solution), [])
    assert.equal(solution.summary.routes, 6)
    assert.ok(solution.summary.distance <= distance * 1.001, `${solution.summary.distance} instead of ${distance}`)
  })
}
