import type { Point } from './problem.ts'

const EARTH_RADIUS_M = 6_371_008.8
/** Roads are about this much longer than the straight line. */
const ROAD_FACTOR = 1.3
/** About 45 km/h, mixed town and country. */
const METRES_PER_SECOND = 12.5

/** Metres and seconds between points, whole numbers: haversine × road factor, by speed. */
export function straightLineMatrix(
  points: readonly Point[],
  options: { roadFactor?: number; metresPerSecond?: number } = {},
): { durations: number[][]; distances: number[][] } {
  const { roadFactor = ROAD_FACTOR, metresPerSecond = METRES_PER_SECOND } = options
  const distances = points.map((from) => points.map((to) => Math.round(haversine(from, to) * roadFactor)))
  const durations = distances.map((row) => row.map((metres) => Math.round(metres / metresPerSecond)))
  return { durations, distances }
}

function haversine([fromLongitude, fromLatitude]: Point, [toLongitude, toLatitude]: Point): number {
  const north = Math.sin(radians(toLatitude - fromLatitude) / 2)
  const east = Math.sin(radians(toLongitude - fromLongitude) / 2)
  const chord = north * north + Math.cos(radians(fromLatitude)) * Math.cos(radians(toLatitude)) * east * east
  return 2 * EARTH_RADIUS_M * Math.asin(Math.sqrt(Math.min(1, chord)))
}

function radians(degrees: number): number {
  return (degrees * Math.PI) / 180
}
