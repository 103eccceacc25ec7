import type { Problem } from '@backroom/routing'

/** A published instance: a problem with the best solution known for it. */
export interface Instance {
  name: string
  problem: Problem
  /** Whether fewer vehicles are better however far they go, or distance alone counts. */
  objective: 'fleet' | 'distance'
  best: { vehicles: number; distance: number } | undefined
}

/** A customer, or the depot in front of them. */
export interface Place {
  x: number
  y: number
  demand: number
  ready: number
  due: number
  service: number
}

/** Distances between places. */
export type Rounding = (distance: number) => number

/**
 * The routing problem of an instance: a job for each customer, as many vehicles as may be needed. Ids of the jobs are
 * the numbers of the customers, the depot being 0.
 */
export function problemOf(
  [depot, ...customers]: [Place, ...Place[]],
  capacity: number,
  vehicles: number,
  options: { distances: number[][]; vehicleCost: number },
): Problem {
  return {
    jobs: customers.map(({ demand, ready, due, service }, index) => ({
      id: index + 1,
      location_index: index + 1,
      service,
      delivery: [demand],
      time_windows: [[ready, due]],
    })),
    vehicles: Array.from({ length: vehicles }, (_, index) => ({
      id: index + 1,
      start_index: 0,
      end_index: 0,
      capacity: [capacity],
      time_window: [depot.ready, depot.due],
      costs: { fixed: options.vehicleCost },
    })),
    matrices: { car: { durations: options.distances, distances: options.distances } },
  }
}

/** Euclidean distances, rounded as the instance asks. */
export function distancesOf(places: readonly Place[], rounding: Rounding): number[][] {
  return places.map((from) => places.map((to) => rounding(Math.hypot(from.x - to.x, from.y - to.y))))
}
