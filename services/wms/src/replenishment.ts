/** Units per day: their mean and standard deviation. */
export interface DemandStatistics {
  mean: number
  sd: number
}

/** Statistics of `days` days of which only the sum and the sum of squares are known; days without demand count as 0. */
export function statisticsOf(sum: number, sumOfSquares: number, days: number): DemandStatistics {
  const mean = sum / days
  return { mean, sd: Math.sqrt(Math.max(0, sumOfSquares / days - mean * mean)) }
}

/**
 * Stock that covers the swings of demand while an order is under way: z · sd · √L for the service level's normal
 * quantile z and a lead time of L days (Silver, Pyke, Thomas: Inventory and Production Management in Supply Chains).
 */
export function safetyStock(serviceLevel: number, { sd }: DemandStatistics, leadTimeDays: number): number {
  return Math.ceil(Math.max(0, normalQuantile(serviceLevel)) * sd * Math.sqrt(leadTimeDays))
}

/** The smallest quantity of at least `needed` units that the supplier delivers; 0 when nothing is needed. */
export function deliverable(needed: number, { moq, packMultiple }: { moq: number; packMultiple: number }): number {
  if (needed <= 0) return 0
  return Math.ceil(Math.max(needed, moq) / packMultiple) * packMultiple
}

/** Days that the units last; undefined when nothing sells. */
export function daysOfCover(units: number, unitsPerDay: number): number | undefined {
  return unitsPerDay > 0 ? Math.round((units / unitsPerDay) * 10) / 10 : undefined
}

/** Inverse of the standard normal distribution, to 4.5e-4 (Abramowitz and Stegun, formula 26.2.23). */
function normalQuantile(probability: number): number {
  if (probability < 0.5) return -normalQuantile(1 - probability)
  const t = Math.sqrt(-2 * Math.log(1 - probability))
  const above = 2.515517 + t * (0.802853 + t * 0.010328)
  const below = 1 + t * (1.432788 + t * (0.189269 + t * 0.001308))
  return t - above / below
}
