import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { check, type Job, optimize, type Problem, ProblemError, type Progress } from '../src/index.ts'
import { solve } from '../src/solve.ts'
import { delivered } from './delivery-day.ts'
import { randomDay, randomProblem } from './random-problem.ts'
import { contradiction } from './reason-truth.ts'

const briefly = { timeBudgetMs: 10_000, seed: 1, maxIterations: 200 }

for (const [kind, problems] of Object.entries({
  'any problem': randomProblem,
  'any day of equal vehicles': randomDay,
})) {
  test(`${kind} gets a valid solution, and the reasons of what is left out are true`, () => {
    fc.assert(
      fc.property(problems, fc.integer(), (problem, seed) => {
        const limits = { ...briefly, maxIterations: 1000, seed, startedAt: Date.now(), stop: new Int32Array(1) }
        const solution = solve({ problem, ...limits }, () => {})
        assert.deepEqual(check(problem, solution), [])
        assert.deepEqual(
          solution.unassigned.flatMap((task) => contradiction(problem, solution, task) ?? []),
          [],
        )
      }),
      { numRuns: 40 },
    )
  })
}

test('the same seed and iterations give the same solution', async () => {
  const problem = delivered(40, 5)
  const dear = problem.vehicles.map((vehicle) => ({ ...vehicle, costs: { fixed: 1e6 } }))
  const mixed = problem.vehicles.map((vehicle, index) => ({ ...vehicle, max_tasks: 8 + index }))
  for (const vehicles of [problem.vehicles, dear, mixed]) {
    const again = () => optimize({ ...problem, vehicles }, { ...briefly, seed: 7, maxIterations: 3000 })
    const [one, two] = await Promise.all([again(), again()])
    assert.deepEqual(one, two)
  }
})

test('more iterations give a better plan', async () => {
  const problem = delivered(60, 6)
  const short = await optimize(problem, { ...briefly, maxIterations: 1 })
  const long = await optimize(problem, { ...briefly, maxIterations: 20_000 })
  assert.ok(long.summary.cost < short.summary.cost)
})

test('a cancelled search returns the best plan so far, which is valid', async () => {
  const problem = delivered(80, 8)
  const cancel = new AbortController()
  const seen: Progress[] = []
  const solution = await optimize(problem, {
    timeBudgetMs: 600_000,
    seed: 1,
    signal: cancel.signal,
    onProgress: (progress) => {
      seen.push(progress)
      cancel.abort()
    },
  })
  assert.deepEqual(check(problem, solution), [])
  assert.ok(solution.summary.cost <= (seen[0]?.cost ?? 0) + 1e-6)
})

test('locked stops stay first, in their order, and the rest is planned behind them', async () => {
  const problem = delivered(30, 3)
  const locked = [5, 17, 2].map((id) => ({ type: 'job' as const, id }))
  const [first, ...others] = problem.vehicles
  assert.ok(first)
  const solution = await optimize({ ...problem, vehicles: [{ ...first, steps: locked }, ...others] }, briefly)
  const route = solution.routes.find(({ vehicle }) => vehicle === first.id)
  assert.deepEqual(
    route?.steps.slice(1, 4).map(({ type, id }) => ({ type, id })),
    locked,
  )
  assert.ok((route?.steps.length ?? 0) > 5)
  assert.equal(solution.summary.unassigned, 0)
})

test('locked stops that cannot be done are refused with the rule they break', async () => {
  const problem = delivered(10, 1)
  const [vehicle] = problem.vehicles
  assert.ok(vehicle)
  const steps = [{ type: 'job' as const, id: 1 }]
  const impossible = { ...problem, vehicles: [{ ...vehicle, capacity: [0], steps }] }
  await assert.rejects(
    optimize(impossible, briefly),
    (error) => error instanceof ProblemError && /capacity/.test(error.message),
  )
  const unknown = { ...problem, vehicles: [{ ...vehicle, steps: [{ type: 'job' as const, id: 99 }] }] }
  await assert.rejects(optimize(unknown, briefly), ProblemError)
})

test('a job of high priority is served rather than any number of lower ones', async () => {
  const near = (id: number): Job => ({ id, location: [13.4 + id / 1000, 52.5], delivery: [1], service: 600 })
  const far: Job = { id: 99, location: [14.2, 52.5], delivery: [1], service: 600, priority: 1 }
  const problem: Problem = {
    jobs: [...Array.from({ length: 12 }, (_, index) => near(index + 1)), far],
    vehicles: [{ id: 1, start: [13.4, 52.5], end: [13.4, 52.5], capacity: [20], time_window: [0, 4 * 3600] }],
  }
  const solution = await optimize(problem, briefly)
  assert.deepEqual(check(problem, solution), [])
  assert.ok(solution.routes[0]?.steps.some(({ id }) => id === 99))
  assert.ok(solution.unassigned.length > 0)
})

test('a vehicle that costs much is saved when the others can do the work', async () => {
  const problem = delivered(24, 6)
  const dear = { ...problem, vehicles: problem.vehicles.map((vehicle) => ({ ...vehicle, costs: { fixed: 1e6 } })) }
  const saved = await optimize(dear, { ...briefly, maxIterations: 4000 })
  assert.deepEqual(check(dear, saved), [])
  assert.equal(saved.summary.routes, 3)
})

test('problems that contradict themselves are refused', async () => {
  const wrong: Problem[] = [
    { vehicles: [] },
    { vehicles: [{ id: 1, start: [0, 0] }], jobs: [{ id: 1 }] },
    {
      vehicles: [{ id: 1, start_index: 0 }],
      jobs: [{ id: 1, location_index: 5 }],
      matrices: { car: { durations: [[0]] } },
    },
    { vehicles: [{ id: 1, start: [0, 0] }], jobs: [1, 1].map((id) => ({ id, location: [0, 0] })) },
    { vehicles: [{ id: 1, start: [0, 0] }], jobs: [{ id: 1, location: [0, 0], time_windows: [[2, 1]] }] },
  ]
  for (const problem of wrong) await assert.rejects(optimize(problem, briefly), ProblemError)
})
