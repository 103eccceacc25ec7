import { type Matrices, type Point, type Problem, ProblemError, type Vehicle, type Visit } from '../problem.ts'
import { straightLineMatrix } from '../straight-line-matrix.ts'

/** Row and column of a place that the route does not care about: the start or end of an open route. */
export const NOWHERE = -1

/** Where things are: indices into the matrices, and the matrices of each profile. */
export interface Travel {
  /** Number of locations. */
  size: number
  indexOf(place: { location?: Point; location_index?: number }, what: string): number
  matricesOf(vehicle: Vehicle): Required<Pick<Matrices, 'durations' | 'distances'>> & Pick<Matrices, 'costs'>
}

/** The travel matrices of the problem; without matrices, estimates between all the coordinates in it. */
export function travelOf(problem: Problem): Travel {
  return problem.matrices ? givenTravel(problem.matrices) : estimatedTravel(problem)
}

function givenTravel(matrices: Record<string, Matrices>): Travel {
  const sizes = Object.values(matrices).flatMap((given) =>
    [given.durations, given.distances, given.costs].flatMap((matrix) => (matrix ? [matrix.length] : [])),
  )
  const size = sizes[0] ?? 0
  if (sizes.some((other) => other !== size)) throw new ProblemError('All matrices must have the same size.')
  return {
    size,
    indexOf({ location_index: index }, what) {
      if (index === undefined) throw new ProblemError(`${what} needs a location_index, since matrices are given.`)
      if (!Number.isInteger(index) || index < 0 || index >= size)
        throw new ProblemError(`The location_index ${index} of ${what} is outside the matrices of size ${size}.`)
      return index
    },
    matricesOf(vehicle) {
      const profile = vehicle.profile ?? 'car'
      const { durations, distances, costs } = matrices[profile] ?? {}
      if (!durations) throw new ProblemError(`There is no matrix of durations for the profile ${profile}.`)
      if (!distances && (vehicle.costs?.per_km || vehicle.max_distance !== undefined))
        throw new ProblemError(`Vehicle ${vehicle.id} needs a matrix of distances for the profile ${profile}.`)
      for (const matrix of [durations, distances, costs]) {
        if (matrix?.some((row) => row.length !== size)) throw new ProblemError(`A matrix of ${profile} is not square.`)
      }
      return { durations, distances: distances ?? durations.map((row) => row.map(() => 0)), costs }
    },
  }
}

function estimatedTravel(problem: Problem): Travel {
  const indices = new Map<string, number>()
  const points: Point[] = []
  for (const point of coordinatesOf(problem)) {
    if (indices.has(String(point))) continue
    indices.set(String(point), points.length)
    points.push(point)
  }
  const estimate = straightLineMatrix(points)
  return {
    size: points.length,
    indexOf({ location }, what) {
      const index = indices.get(String(location))
      if (index === undefined) throw new ProblemError(`${what} needs a location, since no matrices are given.`)
      return index
    },
    matricesOf: () => estimate,
  }
}

function coordinatesOf({ jobs = [], shipments = [], vehicles }: Problem): Point[] {
  const visits: Visit[] = [...jobs, ...shipments.flatMap(({ pickup, delivery }) => [pickup, delivery])]
  return [...visits.map(({ location }) => location), ...vehicles.flatMap(({ start, end }) => [start, end])].filter(
    (point) => point !== undefined,
  )
}
