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

/** URIs of the resources that a change of these reservations changes. */
export function reservationUris(rows: Iterable<{ sku: string; warehouse_id: string }>): string[] {
  return stockUris([...rows].map(({ sku, warehouse_id }) => ({ sku, warehouse: warehouse_id })))
}

/** URI of a purchase order. */
export function purchaseOrderUri(number: string): string {
  return `inventory://purchase-orders/${number}`
}

/** URI of a pick wave. */
export function waveUri(id: string): string {
  return `inventory://waves/${id}`
}

/** URI of a transfer between warehouses. */
export function transferUri(id: string): string {
  return `inventory://transfers/${id}`
}

/** URI of a cycle count. */
export function countUri(id: string): string {
  return `inventory://cycle-counts/${id}`
}
