import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Day } from '../identifiers.ts'
import { readStats, StatsShape } from '../stats.ts'
import { requireStaff } from '../viewer.ts'

export const getClaimStats = defineTool({
  name: 'get_claim_stats',
  title: 'Get claim statistics',
  description:
    'What claims cost in a period and what came back: loss ratio, recovery rate and the age of open recoveries by counterparty.',
  scope: 'claims:read',
  effect: 'read',
  input: z.object({ from: Day, to: Day.describe('Included') }),
  output: StatsShape,
  text: ({ currencies }) =>
    currencies
      .map(
        ({ currency, claims_opened, loss_ratio }) =>
          `${claims_opened} claims in ${currency}, loss ratio ${loss_ratio ?? 'unknown'}`,
      )
      .join('; ') || 'No claims in this period',
  handle: async ({ from, to }, { db, caller }) => {
    requireStaff(caller)
    if (from > to) throw new BusinessError('invalid_argument', `from ${from} lies after to ${to}.`)
    return readStats(db, from, to)
  },
})
