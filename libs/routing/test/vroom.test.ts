import assert from 'node:assert/strict'
import { test } from 'node:test'
import { check, optimize, type Problem } from '../src/index.ts'

const durations = [
  [0, 300, 600, 900],
  [300, 0, 300, 600],
  [600, 300, 0, 300],
  [900, 600, 300, 0],
]
const distances = durations.map((row) => row.map((seconds) => seconds * 10))

test('a document for VROOM with custom matrices comes back in the shape of VROOM', async () => {
  const problem: Problem = {
    vehicles: [{ id: 4, description: 'van', start_index: 0, end_index: 3, capacity: [4], costs: { fixed: 50 } }],
    jobs: [
      {
        id: 10,
        description: 'letter',
        location_index: 1,
        location: [2.1, 48.8],
        service: 60,
        delivery: [1],
        priority: 5,
      },
    ],
    shipments: [
      { amount: [2], pickup: { id: 7, location_index: 1 }, delivery: { id: 8, location_index: 2, setup: 30 } },
    ],
    matrices: { car: { durations, distances } },
  }
  const solution = await optimize(problem, { timeBudgetMs: 5000, seed: 1, maxIterations: 100 })
  assert.deepEqual(check(problem, solution), [])
  assert.equal(solution.code, 0)
  const { steps, ...route } = solution.routes[0] ?? assert.fail('no route')
  assert.deepEqual(route, {
    vehicle: 4,
    description: 'van',
    cost: 950,
    distance: 9000,
    duration: 900,
    setup: 30,
    service: 60,
    waiting_time: 0,
    priority: 5,
    delivery: [3],
    pickup: [2],
    violations: [],
  })
  assert.deepEqual(
    steps.map(({ type, id, arrival }) => [type, id, arrival]),
    steps[1]?.type === 'job'
      ? [
          ['start', undefined, 0],
          ['job', 10, 300],
          ['pickup', 7, 360],
          ['delivery', 8, 660],
          ['end', undefined, 990],
        ]
      : [
          ['start', undefined, 0],
          ['pickup', 7, 300],
          ['job', 10, 300],
          ['delivery', 8, 660],
          ['end', undefined, 990],
        ],
  )
  const letter = steps.find(({ type }) => type === 'job')
  assert.equal(letter?.description, 'letter')
  assert.deepEqual(letter?.location, [2.1, 48.8])
  assert.equal(letter?.location_index, 1)
  assert.equal(solution.summary.routes, 1)
  assert.equal(solution.summary.cost, 950)
})

test('a break is taken on the way, where the driver is', async () => {
  const problem: Problem = {
    vehicles: [
      {
        id: 1,
        start_index: 0,
        end_index: 0,
        time_window: [0, 10_000],
        breaks: [{ id: 3, service: 500, time_windows: [[400, 500]] }],
      },
    ],
    jobs: [{ id: 1, location_index: 3, time_windows: [[1400, 1400]] }],
    matrices: { car: { durations, distances } },
  }
  const solution = await optimize(problem, { timeBudgetMs: 5000, seed: 1, maxIterations: 10 })
  assert.deepEqual(check(problem, solution), [])
  const pause = solution.routes[0]?.steps.find(({ type }) => type === 'break')
  assert.ok(pause && pause.duration > 0 && pause.duration < 900)
  assert.equal(pause.distance, pause.duration * 10)
})

test('a vehicle without an end stays at its last stop', async () => {
  const problem: Problem = {
    vehicles: [{ id: 1, start_index: 0 }],
    jobs: [2, 1, 3].map((index) => ({ id: index, location_index: index })),
    matrices: { car: { durations, distances } },
  }
  const solution = await optimize(problem, { timeBudgetMs: 5000, seed: 1, maxIterations: 200 })
  assert.deepEqual(check(problem, solution), [])
  assert.deepEqual(
    solution.routes[0]?.steps.map(({ type, id }) => [type, id]),
    [['start', undefined], ...[1, 2, 3].map((id) => ['job', id])],
  )
})

test('a place nobody can reach is said to be unreachable', async () => {
  const cutOff = durations.map((row, from) =>
    row.map((seconds, to) => (from !== to && (from === 2 || to === 2) ? Infinity : seconds)),
  )
  const problem: Problem = {
    vehicles: [{ id: 1, start_index: 0, end_index: 0 }],
    jobs: [1, 2].map((index) => ({ id: index, location_index: index })),
    matrices: { car: { durations: cutOff } },
  }
  const solution = await optimize(problem, { timeBudgetMs: 5000, seed: 1, maxIterations: 50 })
  assert.deepEqual(
    solution.unassigned.map(({ id, reason }) => [id, reason.code]),
    [[2, 'unreachable']],
  )
})
