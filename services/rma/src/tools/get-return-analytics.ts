import { BusinessError, type ServiceCaller } from '@backroom/mcp-service'
import { z } from 'zod'
import { returnFigures } from '../analytics.ts'
import { dispositions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Sku } from '../identifiers.ts'
import { requireStaff } from '../viewer.ts'

export const getReturnAnalytics = defineTool({
  name: 'get_return_analytics',
  title: 'Get return analytics',
  description:
    'How much comes back of an article, of a category or of everything, why, what became of it and what was paid; and the customers whose returns stand out. A signal is a reason to look, not a verdict.',
  scope: 'rma:read',
  effect: 'read',
  input: z.object({
    sku: Sku.optional(),
    category: z.string().min(1).max(64).optional(),
    days: z.int().min(1).max(90).default(30).describe('Days up to now in which returns were asked for'),
  }),
  output: z.object({
    days: z.int(),
    returns: z.int(),
    units_requested: z.int(),
    units_accepted: z.int(),
    units_rejected: z.int(),
    units_sold: z
      .int()
      .nullable()
      .describe('In the same days; null where orders cannot tell (a category, or it is away)'),
    return_rate: z.number().nullable().describe('units_requested by units_sold'),
    reasons: z.array(z.object({ reason_code: z.string(), units: z.int() })),
    recoveries: z.array(z.object({ disposition: z.enum(dispositions), units: z.int(), value_minor: z.int() })),
    paid: z.array(z.object({ kind: z.string(), currency: z.string(), amount_minor: z.int() })),
    suspicious_customers: z.array(
      z.object({ customer_id: z.string(), returns: z.int(), signals: z.array(z.string()) }),
    ),
  }),
  text: ({ returns, units_requested, days }) => `${returns} returns of ${units_requested} units in ${days} days`,
  handle: async ({ sku, category, days }, { db, caller, callService }) => {
    requireStaff(caller)
    const figures = await returnFigures(db, { sku, category, days })
    const sold = category === undefined ? await unitsSold(callService, sku, days) : null
    return { days, ...figures, units_sold: sold, return_rate: sold ? figures.units_requested / sold : null }
  },
})

/** Null when the orders server does not answer: the rest of the figures stand without it. */
async function unitsSold(callService: ServiceCaller, sku: string | undefined, days: number): Promise<number | null> {
  try {
    const demand = await callService('oms', 'get_demand', { days, ...(sku ? { skus: [sku] } : { limit: 1 }) })
    const { items, total_qty } = z
      .object({ items: z.array(z.object({ qty: z.int() })), total_qty: z.int() })
      .parse(demand)
    return sku ? (items[0]?.qty ?? 0) : total_qty
  } catch (error) {
    if (error instanceof BusinessError) return null
    throw error
  }
}
