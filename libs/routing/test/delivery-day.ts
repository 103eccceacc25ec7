import type { Problem } from '../src/index.ts'

/** A day of deliveries around one depot: windows of two hours, eight units a vehicle; the same for the same numbers. */
export function delivered(jobs: number, vehicles: number): Problem {
  const random = sequence(jobs * 31 + vehicles)
  const depot: [number, number] = [13.4, 52.5]
  return {
    jobs: Array.from({ length: jobs }, (_, index) => {
      const open = 8 * 3600 + Math.floor(random() * 7) * 3600
      return {
        id: index + 1,
        location: [13.2 + random() * 0.4, 52.4 + random() * 0.2],
        service: 240,
        delivery: [1],
        time_windows: [[open, open + 2 * 3600]],
      }
    }),
    vehicles: Array.from({ length: vehicles }, (_, index) => ({
      id: index + 1,
      start: depot,
      end: depot,
      capacity: [Math.ceil(jobs / vehicles) * 2],
      time_window: [7 * 3600, 20 * 3600],
    })),
  }
}

/** Numbers from 0 to 1 that only look random. */
function sequence(seed: number): () => number {
  let state = seed
  return () => {
    state = (state * 16_807 + 11) % 2_147_483_647
    return state / 2_147_483_647
  }
}
