import type { StockPlace } from './stock.ts'

/** URIs of the resources that a change of stock at these places changes. */
export function stockUris(places: Iterable<StockPlace>): string[] {
  const uris = new Set<string>()
  for (const { sku, warehouse } of places) {
    uris.add(`inventory://warehouse/${warehouse}/stock`)
    uris.add(`inventory://sku/${sku}`)
    uris.add(`inventory://sku/${sku}/movements`)
  }
  return [...uris]
}

/** URI of a purchase order. */
export function purchaseOrderUri(number: string): string {
  return `inventory://purchase-orders/${number}`
}
