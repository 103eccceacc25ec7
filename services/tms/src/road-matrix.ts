import type { Matrices, Problem } from '@backroom/routing'
import { request } from 'undici'
import type { PlanProblem } from './database-tables.ts'
import type { Coordinates } from './gazetteer.ts'
import { PROFILE } from './plan-problem.ts'

/** The ways between all of some places, as a road network says; seconds and metres, whole numbers. */
type RoadMatrix = (places: readonly Coordinates[]) => Promise<Required<Pick<Matrices, 'durations' | 'distances'>>>

/**
 * A problem with travel by road where the environment names a routing server (`OSRM_URL` or `VALHALLA_URL`); otherwise as
 * it is, with the estimate by straight line.
 *
 * @throws when the server does not answer for every pair of places
 */
export async function withRoads({ problem, places }: PlanProblem, environment = process.env): Promise<Problem> {
  const { OSRM_URL, VALHALLA_URL } = environment
  const source = OSRM_URL ? osrm(OSRM_URL) : VALHALLA_URL ? valhalla(VALHALLA_URL) : undefined
  return source ? { ...problem, matrices: { [PROFILE]: await source(places) } } : problem
}

/** The table service of an OSRM server. */
function osrm(url: string): RoadMatrix {
  return async (places) => {
    const points = places.map(({ latitude, longitude }) => `${longitude},${latitude}`).join(';')
    const answer = await fetched(`${url}/table/v1/driving/${points}?annotations=duration,distance`)
    const { durations, distances } = answer as { durations: (number | null)[][]; distances: (number | null)[][] }
    return { durations: whole(durations), distances: whole(distances) }
  }
}

/** The matrix service of a Valhalla server, which counts in kilometres. */
function valhalla(url: string): RoadMatrix {
  return async (places) => {
    const points = places.map(({ latitude: lat, longitude: lon }) => ({ lat, lon }))
    const body = JSON.stringify({ sources: points, targets: points, costing: 'auto' })
    const answer = (await fetched(`${url}/sources_to_targets`, body)) as {
      sources_to_targets: { time: number | null; distance: number | null }[][]
    }
    const table = answer.sources_to_targets
    return {
      durations: whole(table.map((row) => row.map(({ time }) => time))),
      distances: whole(table.map((row) => row.map(({ distance }) => (distance === null ? null : distance * 1_000)))),
    }
  }
}

async function fetched(url: string, body?: string): Promise<unknown> {
  const { statusCode, body: answer } = await request(url, {
    method: body ? 'POST' : 'GET',
    ...(body ? { body, headers: { 'content-type': 'application/json' } } : {}),
  })
  if (statusCode !== 200) throw new Error(`The routing server answered ${statusCode}`)
  return answer.json()
}

function whole(table: readonly (readonly (number | null)[])[]): number[][] {
  return table.map((row) =>
    row.map((value) => {
      if (value === null) throw new Error('The routing server knows no way between two of the places')
      return Math.round(value)
    }),
  )
}
