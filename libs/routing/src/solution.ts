import type { Point } from './problem.ts'

/** Kinds of task: what can be served or stay unassigned. */
export type TaskType = 'job' | 'pickup' | 'delivery'

/** The rule that keeps a task out of every route. */
export type ReasonCode =
  | 'capacity'
  | 'skills'
  | 'time_window'
  | 'max_tasks'
  | 'max_travel_time'
  | 'max_distance'
  | 'unreachable'
  | 'fleet_full'

/** Why a task is unassigned; the explanation is a sentence for the planner. */
export interface Reason {
  code: ReasonCode
  explanation: string
}

/** A task that no route serves. Both tasks of a shipment are listed. */
export interface UnassignedTask {
  id: number
  type: TaskType
  description?: string
  location?: Point
  location_index?: number
  reason: Reason
}

/** A stop of a route. Arrival in the problem's seconds; duration and distance are travel so far; load after the stop. */
export interface Step {
  type: 'start' | 'job' | 'pickup' | 'delivery' | 'break' | 'end'
  id?: number
  description?: string
  location?: Point
  location_index?: number
  arrival: number
  duration: number
  distance: number
  setup: number
  service: number
  waiting_time: number
  load: number[]
  violations: never[]
}

/** The day of one vehicle. Durations are travel only, in seconds; distances in metres. */
export interface Route {
  vehicle: number
  description?: string
  cost: number
  distance: number
  duration: number
  setup: number
  service: number
  waiting_time: number
  priority: number
  delivery: number[]
  pickup: number[]
  steps: Step[]
  violations: never[]
}

/** Totals over all routes. */
export interface Summary {
  cost: number
  routes: number
  unassigned: number
  distance: number
  duration: number
  setup: number
  service: number
  waiting_time: number
  priority: number
  delivery: number[]
  pickup: number[]
  violations: never[]
}

/** A solution in the JSON of VROOM, with a reason for every unassigned task. Vehicles without tasks have no route. */
export interface Solution {
  code: 0
  summary: Summary
  unassigned: UnassignedTask[]
  routes: Route[]
}
