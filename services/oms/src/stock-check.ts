import { BusinessError, type CallContext } from '@backroom/mcp-service'
import { z } from 'zod'

/** Whether goods are there, as inventory says; `known` is false while it does not answer. */
export const StockCheck = z.object({
  known: z.boolean(),
  lines: z.array(z.object({ sku: z.string(), wanted: z.int(), available: z.int().nullable() })),
})

const Stock = z.object({ items: z.array(z.object({ sku: z.string(), available: z.int() })) })

/**
 * Asks inventory for units free to promise. While it is out of reach they stay unknown: confirming reserves them anyway.
 *
 * @throws {BusinessError} not_found naming SKUs that inventory does not have
 */
export async function checkStock(
  callService: CallContext<unknown>['callService'],
  goods: readonly { sku: string; qty: number }[],
): Promise<z.input<typeof StockCheck>> {
  if (goods.length === 0) return { known: true, lines: [] }
  const lines = goods.map(({ sku, qty }) => ({ sku, wanted: qty }))
  const skus = [...new Set(lines.map(({ sku }) => sku))]
  const stock = Stock.safeParse(await callService('wms', 'get_stock', { skus }).catch(unlessUnavailable))
  const free = new Map(stock.data?.items.map(({ sku, available }) => [sku, available]))
  return { known: stock.success, lines: lines.map((line) => ({ ...line, available: free.get(line.sku) ?? null })) }
}

function unlessUnavailable(error: unknown): undefined {
  if (error instanceof BusinessError && error.body.code !== 'unavailable') throw error
}
