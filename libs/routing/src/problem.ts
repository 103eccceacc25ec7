/** Longitude, latitude. */
export type Point = [longitude: number, latitude: number]

/** First and last moment, both included; seconds since any common zero. */
export type TimeWindow = [start: number, end: number]

/** Where and when a visit takes place. */
export interface Visit {
  id: number
  description?: string
  location?: Point
  /** Row and column of the matrices; mandatory when matrices are given. */
  location_index?: number
  /** Seconds, not spent again when the stop before is at the same location. */
  setup?: number
  /** Seconds. */
  service?: number
  /** Service must begin in one of them. None: any time. */
  time_windows?: TimeWindow[]
}

/** One visit of a single vehicle. `delivery` is on board from the start of the route, `pickup` until its end. */
export interface Job extends Visit {
  delivery?: number[]
  pickup?: number[]
  /** A vehicle must have all of them. */
  skills?: number[]
  /** 0 (default) to 100: which jobs stay unassigned when not all can be served. */
  priority?: number
}

/** Goods collected at one place and brought to another by the same vehicle. */
export interface Shipment {
  pickup: Visit
  delivery: Visit
  amount?: number[]
  skills?: number[]
  priority?: number
}

/** A pause of the driver between two stops or on the way, which need not be at a stop. */
export interface Break {
  id: number
  description?: string
  /** The break must begin in one of them. None: any time. */
  time_windows?: TimeWindow[]
  /** Seconds. */
  service?: number
}

/** What a vehicle's route costs, in units of the caller's choice. */
export interface VehicleCosts {
  /** For using the vehicle at all (default 0). */
  fixed?: number
  /** Of travel (default 3600: one unit a second). */
  per_hour?: number
  /** Of travel (default 0). */
  per_km?: number
}

/** A stop that is decided already. */
export interface VehicleStep {
  type: 'start' | 'job' | 'pickup' | 'delivery' | 'break' | 'end'
  id?: number
}

/** A vehicle with its driver for one shift. At least one of start and end is given; without the other the route is open there. */
export interface Vehicle {
  id: number
  description?: string
  /** Key of the matrices (default `car`). */
  profile?: string
  start?: Point
  start_index?: number
  end?: Point
  end_index?: number
  capacity?: number[]
  skills?: number[]
  /** The shift: the route starts and ends within it. */
  time_window?: TimeWindow
  breaks?: Break[]
  /** Divides all travel times (default 1). */
  speed_factor?: number
  max_tasks?: number
  /** Seconds on the road, without stops, waiting and breaks. */
  max_travel_time?: number
  /** Metres. */
  max_distance?: number
  costs?: VehicleCosts
  /** The locked prefix: its jobs, pickups and deliveries stay first on this vehicle, in this order. */
  steps?: VehicleStep[]
}

/** Travel between locations of one profile, by `location_index`: seconds, metres, cost units. */
export interface Matrices {
  durations?: number[][]
  distances?: number[][]
  /** Instead of the vehicle's per_hour and per_km. */
  costs?: number[][]
}

/**
 * A routing problem in the JSON of VROOM. Times are seconds, distances metres, amounts vectors of the same length
 * everywhere. Without matrices travel is estimated by `straightLineMatrix` of the locations.
 */
export interface Problem {
  jobs?: Job[]
  shipments?: Shipment[]
  vehicles: Vehicle[]
  matrices?: Record<string, Matrices>
}

/** A problem that cannot be understood or that contradicts itself. The message tells the caller what to correct. */
export class ProblemError extends Error {}
