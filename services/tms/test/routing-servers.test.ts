import assert from 'node:assert/strict'
import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'
import { describe, it } from 'node:test'
import type { PlanProblem } from '../src/database-tables.ts'
import { withRoads } from '../src/road-matrix.ts'
import { chooseSolver } from '../src/solver.ts'

const places = [
  { latitude: 39.96, longitude: -82.99 },
  { latitude: 39.1, longitude: -84.5 },
]
const problem: PlanProblem = { zero: '2026-11-22T00:00:00Z', problem: { vehicles: [] }, places, visits: {}, crews: {} }

/** A server that answers every request alike, and tells what it was asked. */
async function answering<T>(answer: unknown, work: (url: string, asked: string[]) => Promise<T>): Promise<T> {
  const asked: string[] = []
  const server = createServer((incoming, reply) => {
    let body = ''
    incoming.on('data', (chunk) => {
      body += chunk
    })
    incoming.on('end', () => {
      asked.push(`${incoming.method} ${incoming.url} ${body}`)
      reply.setHeader('content-type', 'application/json').end(JSON.stringify(answer))
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  try {
    return await work(`http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked)
  } finally {
    server.close()
  }
}

describe('travel by road', () => {
  it('is an estimate where no routing server is named', async () => {
    assert.equal(await withRoads(problem, {}), problem.problem)
  })

  it('comes from the tables of OSRM', async () => {
    const answer = {
      durations: [
        [0, 6_000.4],
        [6_100, 0],
      ],
      distances: [
        [0, 172_000.2],
        [173_000, 0],
      ],
    }
    await answering(answer, async (OSRM_URL, asked) => {
      const { matrices } = await withRoads(problem, { OSRM_URL })
      assert.deepEqual(matrices?.car?.durations, [
        [0, 6_000],
        [6_100, 0],
      ])
      assert.match(
        asked[0] ?? '',
        /^GET \/table\/v1\/driving\/-82\.99,39\.96;-84\.5,39\.1\?annotations=duration,distance/,
      )
    })
  })

  it('comes from the matrices of Valhalla, in metres', async () => {
    const way = (time: number, distance: number) => ({ time, distance })
    const answer = {
      sources_to_targets: [
        [way(0, 0), way(6_000, 172.1)],
        [way(6_100, 173), way(0, 0)],
      ],
    }
    await answering(answer, async (VALHALLA_URL) => {
      const { matrices } = await withRoads(problem, { VALHALLA_URL })
      assert.deepEqual(matrices?.car?.distances, [
        [0, 172_100],
        [173_000, 0],
      ])
    })
  })

  it('is refused when there is no way between two places', async () => {
    const answer = {
      durations: [
        [0, null],
        [1, 0],
      ],
      distances: [
        [0, null],
        [1, 0],
      ],
    }
    await answering(answer, (OSRM_URL) => assert.rejects(withRoads(problem, { OSRM_URL }), /no way/))
  })
})

describe('a VROOM server in the place of the own solver', () => {
  const effort = { timeBudgetMs: 1_000, seed: 1, signal: new AbortController().signal, onProgress: () => undefined }
  const summary = { cost: 0, routes: 0, unassigned: 0 }

  it('gets the problem as it is, and its solution is taken', async () => {
    const solution = { code: 0, summary, unassigned: [], routes: [] }
    await answering(solution, async (VROOM_URL, asked) => {
      const solver = chooseSolver({ VROOM_URL })
      assert.equal(solver.name, 'vroom')
      assert.deepEqual(await solver.solve(problem.problem, effort), solution)
      assert.equal(asked[0], `POST / ${JSON.stringify(problem.problem)}`)
    })
  })

  it('is told on when it refuses', async () => {
    await answering({ code: 2, error: 'Invalid skills' }, (VROOM_URL) =>
      assert.rejects(chooseSolver({ VROOM_URL }).solve(problem.problem, effort), /Invalid skills/),
    )
  })
})
