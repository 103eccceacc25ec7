import type { Problem, Solution, UnassignedTask, Vehicle } from '../src/index.ts'

/** Why the reason of an unassigned task cannot be true, as far as it can be told without solving; else undefined. */
export function contradiction(problem: Problem, solution: Solution, task: UnassignedTask): string | undefined {
  const { needed, amounts } = demandsOf(problem, task)
  const able = problem.vehicles.filter(({ skills = [] }) => needed.every((skill) => skills.includes(skill)))
  const { code } = task.reason
  if (code === 'skills')
    return able.length > 0 ? `vehicle ${able[0]?.id} has the skills of ${task.type} ${task.id}` : undefined
  if (able.length === 0) return `no vehicle has the skills of ${task.type} ${task.id}, but the reason is ${code}`
  if (code === 'max_tasks')
    return able.find((vehicle) => hasFreeTasks(vehicle, solution)) && 'a vehicle may have more tasks'
  if (code === 'capacity')
    return able.find((vehicle) => isEmptyAndLarger(vehicle, solution, amounts)) && 'an empty vehicle has room'
  if (code === 'max_distance')
    return able.find(({ max_distance }) => max_distance === undefined) && 'a vehicle has no limit of distance'
  if (code === 'max_travel_time')
    return able.find(({ max_travel_time }) => max_travel_time === undefined) && 'a vehicle has no limit of travel time'
  return undefined
}

function demandsOf({ jobs = [], shipments = [] }: Problem, { type, id }: UnassignedTask) {
  if (type === 'job') {
    const { skills = [], delivery = [], pickup = [] } = jobs.find((job) => job.id === id) ?? {}
    return { needed: skills, amounts: [delivery, pickup] }
  }
  const { skills = [], amount = [] } = shipments.find((shipment) => shipment[type].id === id) ?? {}
  return { needed: skills, amounts: [amount] }
}

function hasFreeTasks({ id, max_tasks = Number.POSITIVE_INFINITY }: Vehicle, { routes }: Solution): boolean {
  const steps = routes.find(({ vehicle }) => vehicle === id)?.steps ?? []
  return steps.filter(({ type }) => type === 'job' || type === 'pickup' || type === 'delivery').length + 2 <= max_tasks
}

function isEmptyAndLarger({ id, capacity = [] }: Vehicle, { routes }: Solution, amounts: number[][]): boolean {
  return (
    !routes.some(({ vehicle }) => vehicle === id) &&
    amounts.every((vector) => vector.every((amount, at) => amount <= (capacity[at] ?? 0)))
  )
}
