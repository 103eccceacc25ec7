import type { StockPlace } from './stock.ts'

/** Units of one SKU. */
export interface SkuQuantity {
  sku: string
  qty: number
}

/** Where to take units from. */
export type Pick = StockPlace & { qty: number }

/** Units free to promise per SKU and warehouse, and the region of each warehouse. */
export interface FreeStock {
  units: Map<string, Map<string, number>>
  regionOf: Map<string, string>
}

/** The lines with each SKU once: two lines of one SKU need the stock of both. */
export function sumBySku(lines: readonly SkuQuantity[]): SkuQuantity[] {
  const sums = new Map<string, number>()
  for (const { sku, qty } of lines) sums.set(sku, (sums.get(sku) ?? 0) + qty)
  return [...sums].map(([sku, qty]) => ({ sku, qty })).sort((a, b) => (a.sku < b.sku ? -1 : 1))
}

/**
 * Chooses warehouses for lines that hold each SKU once, and takes the units out of `free`. One warehouse serves
 * everything if one can; with `allowSplit` the rest comes from as few others as it takes. Warehouses of the region come
 * first, then those with the most of what is wanted. Undefined, and nothing taken, when the stock does not suffice.
 */
export function allocate(
  lines: readonly SkuQuantity[],
  free: FreeStock,
  { region, allowSplit }: { region?: string | undefined; allowSplit: boolean },
): Pick[] | undefined {
  const preferred = rank(lines, free, region)
  const single = preferred.find((warehouse) => lines.every(({ sku, qty }) => unitsAt(free, sku, warehouse) >= qty))
  if (single === undefined && !allowSplit) return undefined
  const order = single === undefined ? preferred : [single]
  const picks: Pick[] = []
  for (const { sku, qty } of lines) {
    let missing = qty
    for (const warehouse of order) {
      const taken = Math.min(missing, unitsAt(free, sku, warehouse))
      if (taken > 0) picks.push({ sku, warehouse, qty: taken })
      missing -= taken
    }
    if (missing > 0) return undefined
  }
  for (const { sku, warehouse, qty } of picks) free.units.get(sku)?.set(warehouse, unitsAt(free, sku, warehouse) - qty)
  return picks
}

/** Units of a SKU free to promise: in all warehouses together, and in the one that has most. */
export function freeUnits({ units }: FreeStock, sku: string): { total: number; largest: number } {
  const counts = [...(units.get(sku)?.values() ?? [])]
  return { total: counts.reduce((sum, count) => sum + count, 0), largest: Math.max(0, ...counts) }
}

function rank(lines: readonly SkuQuantity[], free: FreeStock, region: string | undefined): string[] {
  const warehouses = new Set(lines.flatMap(({ sku }) => [...(free.units.get(sku)?.keys() ?? [])]))
  const score = (warehouse: string) =>
    lines.reduce((sum, { sku, qty }) => sum + Math.min(qty, unitsAt(free, sku, warehouse)), 0)
  return [...warehouses]
    .map((id) => ({
      id,
      far: free.regionOf.get(id) === region ? 0 : 1,
      serves: score(id),
      has: stockOf(lines, free, id),
    }))
    .sort((a, b) => a.far - b.far || b.serves - a.serves || b.has - a.has || (a.id < b.id ? -1 : 1))
    .map(({ id }) => id)
}

function stockOf(lines: readonly SkuQuantity[], free: FreeStock, warehouse: string): number {
  return lines.reduce((sum, { sku }) => sum + unitsAt(free, sku, warehouse), 0)
}

function unitsAt({ units }: FreeStock, sku: string, warehouse: string): number {
  return units.get(sku)?.get(warehouse) ?? 0
}
