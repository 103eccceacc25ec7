/** A place on the way through a warehouse. */
export interface Waypoint {
  aisle: number
  /** Grows along the aisle. */
  pickSeq: number
}

/** The stops in the order of a walk up one aisle and down the next, so that nobody walks an aisle back for nothing. */
export function serpentine<Stop>(stops: readonly Stop[], placeOf: (stop: Stop) => Waypoint): Stop[] {
  const aisles = [...Map.groupBy(stops, (stop) => placeOf(stop).aisle)].sort(([a], [b]) => a - b)
  return aisles.flatMap(([, own], index) =>
    own.toSorted((a, b) => (placeOf(a).pickSeq - placeOf(b).pickSeq) * (index % 2 === 0 ? 1 : -1)),
  )
}
