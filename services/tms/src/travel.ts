import { type Coordinates, metresBetween } from './gazetteer.ts'

/** Roads are about this much longer than the straight line. */
const ROAD_FACTOR = 1.25
/** 60 km/h, mixed town and country. */
const METRES_PER_SECOND = 16.7

/** The way from one place to another: metres and seconds, whole numbers. */
export interface Way {
  metres: number
  seconds: number
}

/** An estimate for where no road network is at hand. */
export function wayBetween(from: Coordinates, to: Coordinates): Way {
  const metres = Math.round(metresBetween(from, to) * ROAD_FACTOR)
  return { metres, seconds: Math.round(metres / METRES_PER_SECOND) }
}

/** The ways between all of some places. */
export function matricesOf(places: readonly Coordinates[]): { durations: number[][]; distances: number[][] } {
  const ways = places.map((from) => places.map((to) => wayBetween(from, to)))
  return {
    durations: ways.map((row) => row.map(({ seconds }) => seconds)),
    distances: ways.map((row) => row.map(({ metres }) => metres)),
  }
}
