import { distancesOf, type Instance, type Place, problemOf } from './instance.ts'
import { solomonBest } from './solomon-best.ts'

/** No sum of distances comes near it, so one vehicle less is always better. */
const VEHICLE_COST = 1e6

/**
 * Reads Solomon's text: a line with the fleet or the number of customers and the capacity, then a line for the depot
 * and each customer: number, x, y, demand, ready, due, service. Titles are skipped.
 */
export function readSolomon(name: string, text: string): Instance {
  const rows = text.split('\n').map((line) => line.trim().split(/\s+/).map(Number))
  const numbers = rows.filter((row) => row.length > 1 && row.every(Number.isFinite))
  const capacity = numbers.find((row) => row.length === 2)?.[1]
  const places = numbers.filter((row) => row.length === 7).map(placeOf)
  const [depot, ...customers] = places
  if (capacity === undefined || depot === undefined) throw new Error(`${name} is not in Solomon's format.`)
  const distances = distancesOf(places, (distance) => distance)
  return {
    name,
    problem: problemOf([depot, ...customers], capacity, customers.length, { distances, vehicleCost: VEHICLE_COST }),
    objective: 'fleet',
    best: solomonBest[name.toUpperCase()],
  }
}

function placeOf([, x = 0, y = 0, demand = 0, ready = 0, due = 0, service = 0]: number[]): Place {
  return { x, y, demand, ready, due, service }
}
