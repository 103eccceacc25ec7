import fc from 'fast-check'
import type { Job, Problem, Shipment, TimeWindow, Vehicle } from '../src/index.ts'

const HOUR = 3600
const DAY: TimeWindow = [8 * HOUR, 18 * HOUR]

const window = fc
  .tuple(fc.integer({ min: 8, max: 16 }), fc.integer({ min: 1, max: 6 }))
  .map(([hour, length]): TimeWindow => [hour * HOUR, (hour + length) * HOUR])

const windows = fc.oneof(fc.constant(undefined), fc.array(window, { minLength: 1, maxLength: 2 }))

const location = fc
  .tuple(fc.integer({ min: 0, max: 300 }), fc.integer({ min: 0, max: 300 }))
  .map(([x, y]): [number, number] => [13 + x / 1000, 52 + y / 1000])

const skills = fc.subarray([1, 2], { minLength: 0 })
const amounts = fc.array(fc.integer({ min: 0, max: 6 }), { minLength: 2, maxLength: 2 })

const visit = fc.record({
  location,
  service: fc.integer({ min: 0, max: 900 }),
  setup: fc.constantFrom(0, 0, 300),
  time_windows: windows,
})

const job = fc.record({
  visit,
  delivery: fc.oneof(fc.constant(undefined), amounts),
  pickup: fc.oneof(fc.constant(undefined), amounts),
  skills,
  priority: fc.constantFrom(0, 0, 10, 100),
})

const shipment = fc.record({ pickup: visit, delivery: visit, amount: amounts, skills })

const vehicle = fc.record({
  start: fc.oneof({ weight: 5, arbitrary: location }, fc.constant(undefined)),
  end: location,
  capacity: fc.array(fc.integer({ min: 5, max: 40 }), { minLength: 2, maxLength: 2 }),
  skills,
  time_window: fc.oneof(fc.constant(DAY), window),
  breakWindow: fc.oneof(fc.constant(undefined), window),
  speed_factor: fc.constantFrom(1, 1, 0.8, 1.5),
  max_tasks: fc.oneof(fc.constant(undefined), fc.integer({ min: 1, max: 8 })),
  max_travel_time: fc.oneof(fc.constant(undefined), fc.integer({ min: 600, max: 5 * HOUR })),
  max_distance: fc.oneof(fc.constant(undefined), fc.integer({ min: 5000, max: 200_000 })),
  costs: fc.constantFrom(undefined, { fixed: 5000 }, { per_hour: 1800, per_km: 500 }),
})

/** Problems with every feature but locked steps and matrices; many have tasks that cannot be served. */
export const randomProblem: fc.Arbitrary<Problem> = fc
  .record({
    jobs: fc.array(job, { minLength: 1, maxLength: 18 }),
    shipments: fc.array(shipment, { maxLength: 4 }),
    vehicles: fc.array(vehicle, { minLength: 1, maxLength: 4 }),
  })
  .map(({ jobs, shipments, vehicles }) => ({
    jobs: jobs.map(({ visit: place, ...rest }, index): Job => defined({ id: index + 1, ...place, ...rest })),
    shipments: shipments.map(
      ({ pickup, delivery, ...rest }, index): Shipment => ({
        pickup: defined({ id: index + 1, ...pickup }),
        delivery: defined({ id: index + 1, ...delivery }),
        ...rest,
      }),
    ),
    vehicles: vehicles.map(
      ({ breakWindow, ...rest }, index): Vehicle =>
        defined({
          id: index + 1,
          ...rest,
          breaks: breakWindow && [{ id: 1, time_windows: [breakWindow], service: 1800 }],
        }),
    ),
  }))

/** Days of equal vehicles with capacity and windows alone; in some a vehicle costs more than all travel. */
export const randomDay: fc.Arbitrary<Problem> = fc
  .record({
    jobs: fc.array(fc.record({ location, window, amount: fc.integer({ min: 1, max: 6 }) }), {
      minLength: 2,
      maxLength: 40,
    }),
    vehicles: fc.integer({ min: 1, max: 8 }),
    depot: location,
    capacity: fc.integer({ min: 10, max: 60 }),
    fixed: fc.constantFrom(0, 1e6),
  })
  .map(({ jobs, vehicles, depot, capacity, fixed }) => ({
    jobs: jobs.map(({ amount, window: open, ...rest }, index) => ({
      id: index + 1,
      ...rest,
      service: 300,
      delivery: [amount],
      time_windows: [open],
    })),
    vehicles: Array.from({ length: vehicles }, (_, index) => ({
      id: index + 1,
      start: depot,
      end: depot,
      capacity: [capacity],
      time_window: DAY,
      costs: { fixed },
    })),
  }))

/** Leaves out what is undefined, as JSON does. */
function defined<T extends object>(value: T): T {
  return JSON.parse(JSON.stringify(value))
}
