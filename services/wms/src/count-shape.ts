import { z } from 'zod'
import { type CountLine, type CycleCount, finalLines } from './cycle-count.ts'
import { countStatuses } from './database-tables.ts'

/** A cycle count as callers see it; what the books say is not in a blind count until it is over. */
export const CountView = z.object({
  count_id: z.string(),
  warehouse: z.string(),
  status: z.enum(countStatuses),
  blind: z.boolean(),
  round: z.int(),
  created_at: z.string(),
  to_count: z
    .array(z.object({ location: z.string(), sku: z.string(), lot: z.string().optional() }))
    .describe('Bins of this round that nobody has counted yet'),
  counted: z.array(
    z.object({
      location: z.string(),
      sku: z.string(),
      lot: z.string().optional(),
      counted: z.int(),
      expected: z.int().optional(),
      variance: z.int().optional(),
      round: z.int(),
    }),
  ),
})

export function countView(count: CycleCount, lines: readonly CountLine[]): z.input<typeof CountView> {
  const { id, warehouse_id, status, blind, round, created_at } = count
  const open = status === 'planned' || status === 'counting' || status === 'recount'
  const hidden = blind && open
  const binOf = ({ location, sku, lot }: CountLine) => ({ location, sku, ...(lot ? { lot } : {}) })
  return {
    count_id: id,
    warehouse: warehouse_id,
    status,
    blind,
    round,
    created_at: created_at.toISOString(),
    to_count: open ? lines.filter((line) => line.round === round && line.counted === null).map(binOf) : [],
    counted: finalLines(lines).map((line) => ({
      ...binOf(line),
      counted: line.counted ?? 0,
      round: line.round,
      ...(hidden ? {} : { expected: line.expected ?? 0, variance: line.variance ?? 0 }),
    })),
  }
}
