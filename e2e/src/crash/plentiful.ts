import { demoProducts } from '@backroom/demo-data'
import type { PlainCalls } from '../plain-calls.ts'

const SKUS_A_CALL = 50
const AFFORDABLE_MINOR = 20_000

/** Affordable products of which the warehouses have the most, the most plentiful first. */
export async function plentiful(calls: PlainCalls, token: string, count: number) {
  const products = demoProducts.filter(({ priceMinor }) => priceMinor < AFFORDABLE_MINOR)
  const units = new Map<string, number>()
  for (let start = 0; start < products.length; start += SKUS_A_CALL) {
    const skus = products.slice(start, start + SKUS_A_CALL).map(({ sku }) => sku)
    const { body } = await calls.tool('wms', token, 'get_stock', { skus })
    for (const { sku, available } of body.items as { sku: string; available: number }[]) units.set(sku, available)
  }
  const unitsOf = ({ sku }: { sku: string }) => units.get(sku) ?? 0
  return products.toSorted((a, b) => unitsOf(b) - unitsOf(a)).slice(0, count)
}
