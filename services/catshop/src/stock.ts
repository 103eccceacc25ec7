import type { CallContext } from '@backroom/mcp-service'
import { z } from 'zod'

/** How much of a product the warehouses have. unknown: they cannot be asked at the moment. */
export const Availability = z.enum(['in_stock', 'low_stock', 'out_of_stock', 'unknown'])
export type Availability = z.output<typeof Availability>

/** What the warehouses say about one SKU. */
export interface Stock {
  availability: Availability
  /** Units that can be sold; null when unknown. */
  units: number | null
}

const unknown: Stock = { availability: 'unknown', units: null }

const StockAnswer = z.object({
  items: z.array(z.object({ sku: z.string(), available: z.number(), below_reorder_point: z.boolean() })),
})

/** Asks WMS for the stock of several SKUs. Never fails: what cannot be learned is `unknown`. */
export async function stockOf(
  { callService }: Pick<CallContext<never>, 'callService'>,
  skus: string[],
): Promise<(sku: string) => Stock> {
  if (skus.length === 0) return () => unknown
  const answer = await callService('wms', 'get_stock', { skus }).catch(() => undefined)
  const levels = StockAnswer.safeParse(answer).data?.items ?? []
  const known = new Map(levels.map((level) => [level.sku, level]))
  return (sku) => {
    const level = known.get(sku)
    if (!level) return unknown
    const units = Math.max(0, level.available)
    if (units === 0) return { availability: 'out_of_stock', units }
    return { availability: level.below_reorder_point ? 'low_stock' : 'in_stock', units }
  }
}
