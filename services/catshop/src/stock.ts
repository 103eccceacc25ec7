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

/** The part of a call's context that reaches other servers. */
type WmsAccess = Pick<CallContext<never>, 'callService'>

const unknown: Stock = { availability: 'unknown', units: null }

const StockAnswer = z.object({ items: z.array(z.object({ sku: z.string(), available: z.int() })) })

const LOW_BELOW = 10
const SKUS_A_CALL = 50

/** Asks WMS for the stock of several SKUs. Never fails: what cannot be learned is `unknown`. */
export async function stockOf(context: WmsAccess, skus: string[]): Promise<(sku: string) => Stock> {
  const calls = Array.from({ length: Math.ceil(skus.length / SKUS_A_CALL) }, (_, index) =>
    unitsOf(context, skus.slice(index * SKUS_A_CALL, (index + 1) * SKUS_A_CALL)),
  )
  const known = new Map((await Promise.all(calls)).flat())
  return (sku) => {
    const units = known.get(sku)
    return units === undefined ? unknown : { availability: bucketOf(units), units }
  }
}

async function unitsOf({ callService }: WmsAccess, skus: string[]): Promise<[sku: string, units: number][]> {
  const answer = await callService('wms', 'get_stock', { skus }).catch(() => undefined)
  const items = StockAnswer.safeParse(answer).data?.items ?? []
  return items.map(({ sku, available }) => [sku, Math.max(0, available)])
}

function bucketOf(units: number): Availability {
  if (units === 0) return 'out_of_stock'
  return units < LOW_BELOW ? 'low_stock' : 'in_stock'
}
