import type { Model } from './model.ts'

/**
 * Whether every rule of the problem is within the fast evaluation: one travel class, a single window a task, one
 * amount that is only delivered or only collected, no skills, breaks, setup times, shipments and limits of a route.
 */
export function isSimple(model: Omit<Model, 'simple'>): boolean {
  return (
    model.classes.length === 1 &&
    model.dimensions <= 1 &&
    model.tasks.every(({ partner, windows }) => partner < 0 && windows.length === 1) &&
    model.setup.every((seconds) => seconds === 0) &&
    (model.delivery.every((amount) => amount === 0) || model.pickup.every((amount) => amount === 0)) &&
    model.suits.every((suits) => suits === 1) &&
    model.breaks.every((breaks) => breaks.length === 0) &&
    [model.maxTasks, model.maxTravel, model.maxDistance].every((limits) => limits.every((limit) => limit === Infinity))
  )
}
