import assert from 'node:assert/strict'
import { before, describe, test } from 'node:test'
import { check, optimize, type Problem, type Route, type Solution, type Step } from '../src/index.ts'

const problem: Problem = {
  jobs: [
    { id: 1, location: [13.4, 52.5], delivery: [2], service: 300, time_windows: [[30_000, 34_000]], skills: [7] },
    { id: 2, location: [13.45, 52.52], delivery: [3], pickup: [1], service: 300, setup: 60 },
    { id: 3, location: [13.5, 52.5], delivery: [1], service: 300, time_windows: [[40_000, 50_000]] },
  ],
  shipments: [
    {
      pickup: { id: 1, location: [13.42, 52.55], service: 120 },
      delivery: { id: 1, location: [13.48, 52.48], service: 120 },
      amount: [2],
    },
  ],
  vehicles: [
    {
      id: 1,
      start: [13.38, 52.5],
      end: [13.38, 52.5],
      capacity: [8],
      skills: [7],
      time_window: [28_800, 64_800],
      breaks: [{ id: 1, time_windows: [[43_200, 46_800]], service: 1800 }],
      max_tasks: 5,
      max_travel_time: 20_000,
      max_distance: 200_000,
      costs: { fixed: 100, per_hour: 3600, per_km: 10 },
      steps: [{ type: 'job', id: 1 }],
    },
  ],
}

let solution: Solution

before(async () => {
  solution = await optimize(problem, { timeBudgetMs: 10_000, seed: 1, maxIterations: 500 })
})

test('a valid solution has no violations', () => {
  assert.deepEqual(check(problem, solution), [])
  assert.equal(solution.summary.unassigned, 0)
})

describe('each rule is found when it is broken', () => {
  const tampered: Record<string, { cause: string; change: (solution: Solution, problem: Problem) => void }> = {
    'a task is forgotten': { cause: 'assignment', change: ({ routes }) => remove(only(routes), 'job') },
    'a task is served twice': {
      cause: 'assignment',
      change: ({ routes }) => only(routes).steps.splice(2, 0, step(only(routes), 'job')),
    },
    'an unknown vehicle is used': { cause: 'assignment', change: ({ routes }) => (only(routes).vehicle = 9) },
    'the vehicle is too small': { cause: 'capacity', change: (_, { vehicles }) => (only(vehicles).capacity = [5]) },
    'a load is misstated': { cause: 'capacity', change: ({ routes }) => (step(only(routes), 'job').load = [0]) },
    'the vehicle lacks a skill': { cause: 'skills', change: (_, { vehicles }) => (only(vehicles).skills = []) },
    'a job begins outside its windows': {
      cause: 'time_window',
      change: (_, { jobs }) => (only(jobs).time_windows = [[29_000, 29_001]]),
    },
    'the shift is over': {
      cause: 'shift',
      change: (_, { vehicles }) => (only(vehicles).time_window = [28_800, 40_000]),
    },
    'the shift has not begun': {
      cause: 'shift',
      change: (_, { vehicles }) => (only(vehicles).time_window = [40_000, 64_800]),
    },
    'the break is left out': { cause: 'break', change: ({ routes }) => remove(only(routes), 'break') },
    'the break is too early': {
      cause: 'break',
      change: (_, { vehicles }) =>
        (only(vehicles).breaks = [{ id: 1, time_windows: [[60_000, 61_000]], service: 1800 }]),
    },
    'the break is too short': {
      cause: 'break',
      change: (_, { vehicles }) => (only(vehicles).breaks = [{ id: 1, service: 3600 }]),
    },
    'a stop is reached before the way ends': {
      cause: 'timing',
      change: ({ routes }) => (step(only(routes), 'pickup').arrival -= 60),
    },
    'a service is cut short': { cause: 'timing', change: ({ routes }) => (step(only(routes), 'pickup').service = 0) },
    'the way is shorter than the matrix says': { cause: 'travel', change: ({ routes }) => shorten(only(routes)) },
    'a stop is elsewhere': {
      cause: 'location',
      change: ({ routes }) => (step(only(routes), 'pickup').location = [0, 0]),
    },
    'a delivery comes before its pickup': { cause: 'precedence', change: ({ routes }) => swapShipment(only(routes)) },
    'a locked stop is not first': {
      cause: 'locked_prefix',
      change: (_, { vehicles }) => (only(vehicles).steps = [{ type: 'job', id: 3 }]),
    },
    'the vehicle has too many tasks': {
      cause: 'max_tasks',
      change: (_, { vehicles }) => (only(vehicles).max_tasks = 4),
    },
    'the driver is too long on the road': {
      cause: 'max_travel_time',
      change: (_, { vehicles }) => (only(vehicles).max_travel_time = 60),
    },
    'the way is too long': { cause: 'max_distance', change: (_, { vehicles }) => (only(vehicles).max_distance = 1000) },
    'the cost is understated': { cause: 'cost', change: ({ routes }) => (only(routes).cost -= 50) },
    'the summary is wrong': { cause: 'summary', change: ({ summary }) => (summary.distance /= 2) },
  }
  for (const [name, { cause, change }] of Object.entries(tampered)) {
    test(name, () => {
      const [copy, rules] = [structuredClone(solution), structuredClone(problem)]
      change(copy, rules)
      const causes = check(rules, copy).map((violation) => violation.cause)
      assert.ok(causes.includes(cause as never), `found ${causes.join(', ') || 'nothing'}`)
    })
  }
})

function only<T>(list: T[] | undefined): T {
  const [first] = list ?? []
  assert.ok(first)
  return first
}

function step({ steps }: Route, type: Step['type']): Step {
  const found = steps.find((each) => each.type === type)
  assert.ok(found)
  return found
}

function remove({ steps }: Route, type: Step['type']) {
  steps.splice(
    steps.findIndex((each) => each.type === type),
    1,
  )
}

function shorten(route: Route) {
  for (const each of route.steps.slice(2)) each.distance -= 500
}

function swapShipment(route: Route) {
  const [from, to] = [step(route, 'pickup'), step(route, 'delivery')]
  from.type = 'delivery'
  to.type = 'pickup'
}
