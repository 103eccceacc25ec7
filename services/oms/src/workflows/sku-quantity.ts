/** Units of one SKU. */
export interface SkuQuantity {
  sku: string
  qty: number
}

/** The quantities with each SKU once. */
export function sumBySku(lines: readonly SkuQuantity[]): SkuQuantity[] {
  const sums = new Map<string, number>()
  for (const { sku, qty } of lines) sums.set(sku, (sums.get(sku) ?? 0) + qty)
  return [...sums].map(([sku, qty]) => ({ sku, qty }))
}

/** What is left of `of` when `without` is taken away, SKU by SKU; nothing below zero. */
export function lessBySku(of: readonly SkuQuantity[], without: readonly SkuQuantity[]): SkuQuantity[] {
  const taken = new Map(sumBySku(without).map(({ sku, qty }) => [sku, qty]))
  return sumBySku(of)
    .map(({ sku, qty }) => ({ sku, qty: qty - (taken.get(sku) ?? 0) }))
    .filter(({ qty }) => qty > 0)
}
