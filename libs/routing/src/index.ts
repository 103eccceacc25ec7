export { check, type Violation } from './check.ts'
export type { Progress } from './messages.ts'
export { type OptimizeOptions, optimize } from './optimize.ts'
export {
  type Break,
  type Job,
  type Matrices,
  type Point,
  type Problem,
  ProblemError,
  type Shipment,
  type TimeWindow,
  type Vehicle,
  type VehicleCosts,
  type VehicleStep,
  type Visit,
} from './problem.ts'
export type {
  Reason,
  ReasonCode,
  Route,
  Solution,
  Step,
  Summary,
  TaskType,
  UnassignedTask,
} from './solution.ts'
export { straightLineMatrix } from './straight-line-matrix.ts'
