import type { Load } from './database-tables.ts'
import type { Coordinates } from './gazetteer.ts'
import { wayBetween } from './travel.ts'

/** A stop that is to be made. */
export interface Visit extends Coordinates {
  kind: 'delivery' | 'pickup'
  serviceS: number
  window: { from: Date; to: Date } | null
  promisedBy: Date
  load: Load
}

export interface RouteStart extends Coordinates {
  /** When the route begins there; it ends at the depot. */
  at: Date
  depot: Coordinates
  breaks: readonly { starts_at: string; seconds: number }[]
}

/** A day as it will go when the visits are made in an order. */
export interface Schedule {
  stops: { eta: Date; latenessS: number; loadAfter: Load }[]
  endsAt: Date
  distanceM: number
  driveS: number
  waitingS: number
  /** Most on board at any time. */
  peak: Load
  /** Whether every visit begins within its window. */
  inTime: boolean
}

/** Works a route out: drives, waits for windows, pauses when a break is due. Deliveries are on board from the start. */
export function scheduleOf(start: RouteStart, visits: readonly Visit[]): Schedule {
  let clock = start.at.getTime()
  let here: Coordinates = start
  let load = sum(visits.filter(({ kind }) => kind === 'delivery').map((visit) => visit.load))
  const due = [...start.breaks]
  const day: Omit<Schedule, 'endsAt'> = { stops: [], distanceM: 0, driveS: 0, waitingS: 0, peak: load, inTime: true }
  const drive = (to: Coordinates) => {
    const { metres, seconds } = wayBetween(here, to)
    day.distanceM += metres
    day.driveS += seconds
    clock += seconds * 1_000
    here = to
    while (due[0] && Date.parse(due[0].starts_at) <= clock) clock += (due.shift()?.seconds ?? 0) * 1_000
  }
  for (const visit of visits) {
    drive(visit)
    const opens = visit.window?.from.getTime() ?? clock
    day.waitingS += Math.max(0, Math.round((opens - clock) / 1_000))
    clock = Math.max(clock, opens)
    if (visit.window && clock > visit.window.to.getTime()) day.inTime = false
    const sign = visit.kind === 'delivery' ? -1 : 1
    load = load.map((units, index) => units + sign * (visit.load[index] ?? 0)) as Load
    day.peak = day.peak.map((units, index) => Math.max(units, load[index] ?? 0)) as Load
    day.stops.push({ eta: new Date(clock), latenessS: lateness(clock, visit.promisedBy), loadAfter: load })
    clock += visit.serviceS * 1_000
  }
  drive(start.depot)
  return { ...day, endsAt: new Date(clock) }
}

/** Seconds after the moment that was promised. */
export function lateness(at: number, promisedBy: Date): number {
  return Math.max(0, Math.round((at - promisedBy.getTime()) / 1_000))
}

export function sum(loads: readonly Load[]): Load {
  return loads.reduce<Load>(([a, b, c], [x, y, z]) => [a + x, b + y, c + z], [0, 0, 0])
}
