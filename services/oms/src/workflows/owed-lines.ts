import { allocate } from '@backroom/money'
import type { OwedLine } from '../compensation.ts'

/** Lines of a decision as another domain told them. */
interface Told {
  amount_minor: number
  lines: readonly { order_line_id: string; sku: string; qty: number; draw_id: string; amount_minor: number }[]
}

/** The lines, with amounts that add up to what the customer gets: a fee is kept of each in proportion. */
export function owedLines({ amount_minor, lines }: Told): OwedLine[] {
  if (lines.length === 0) return []
  const told = lines.map((line) => line.amount_minor)
  const exact = told.reduce((sum, minor) => sum + minor, 0) === amount_minor
  const minors = exact ? told : allocate(amount_minor, told)
  return lines.map(({ order_line_id: orderLineId, sku, qty, draw_id: drawId }, index) => ({
    ...{ orderLineId, sku, qty, drawId },
    minor: minors[index] ?? 0,
  }))
}
