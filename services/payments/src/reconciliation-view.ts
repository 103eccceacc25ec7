import { z } from 'zod'
import type { Reconciliation } from './reconciliation.ts'

export const ReconciliationResult = z.object({
  provider: z.string(),
  date: z.string(),
  lines: z.int().describe('Movements that the provider booked'),
  matched: z.int(),
  fees: z.array(z.object({ currency: z.string(), fee_minor: z.int() })),
  differences: z.array(
    z.object({
      kind: z
        .enum(['missing_here', 'missing_at_provider', 'amount_differs', 'unknown_outcome'])
        .describe('unknown_outcome: resolve_unknown_operation looks it up'),
      reference: z.string(),
      ours_minor: z.int().optional(),
      theirs_minor: z.int().optional(),
      currency: z.string(),
    }),
  ),
  ran_at: z.string(),
})

export function reconciliationView(found: Reconciliation): z.input<typeof ReconciliationResult> {
  const { provider, day, lines, matched, fees, ran_at, items } = found
  return {
    provider,
    date: day,
    lines,
    matched,
    fees,
    differences: items.map(({ kind, reference, ours_minor, theirs_minor, currency }) => ({
      kind,
      reference,
      ...(ours_minor === null ? {} : { ours_minor }),
      ...(theirs_minor === null ? {} : { theirs_minor }),
      currency,
    })),
    ran_at: ran_at.toISOString(),
  }
}
