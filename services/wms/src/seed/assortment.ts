import { type DemoOrder, type DemoProduct, demoProducts, type SeededRandom } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { binOf, type SeedBin } from './bins.ts'
import { demoSuppliers, demoWarehouses } from './network.ts'

/** A SKU in a warehouse of the demo, with what drives its stock. */
export interface Shelf {
  sku: string
  warehouse: string
  supplier: string
  leadTimeDays: number
  /** Mean units ordered per day. */
  demand: number
  reorderPoint: number
  safetyStock: number
  targetLevel: number
  packMultiple: number
  unitCostMinor: number
  /** Nobody replenishes it, so that the demo has something to reorder. */
  neglected: boolean
  /** Days that a lot keeps, for goods that are kept by lot. */
  shelfLifeDays: number | null
  /** Where it is picked from. */
  bin: SeedBin
}

/** Units that customers order per day, over the whole assortment. */
const UNITS_A_DAY = 110
const REVIEW_DAYS = 14
const SERVICE_FACTOR = 1.65
/** Share of demand per warehouse, in the order of demoWarehouses. */
const SHARES = [0.28, 0.41, 0.31]

export function skuRows(): Insertable<Tables['sku']>[] {
  const ranked = rankByPopularity()
  return demoProducts.map((product) => {
    const rank = (ranked.get(product.sku) ?? 0) / demoProducts.length
    return {
      id: product.sku,
      gtin: gtin(product.legacyNo),
      name: product.name,
      pack_multiple: packOf(product),
      moq: packOf(product),
      unit_cost_minor: product.costMinor,
      currency: product.currency,
      weight_g: product.weightGrams,
      lot_tracked: shelfLifeOf(product) !== null,
      shelf_life_days: shelfLifeOf(product),
      abc_class: rank < 0.2 ? 'A' : rank < 0.5 ? 'B' : 'C',
    }
  })
}

/** Where each product is stocked: best sellers everywhere, slow ones in one or two places, and what orders were served from. */
export function shelves(orders: readonly DemoOrder[], random: SeededRandom): Shelf[] {
  const total = demoProducts.reduce((sum, { popularity }) => sum + popularity, 0)
  const ranked = rankByPopularity()
  const all: Shelf[] = []
  for (const product of demoProducts) {
    const rank = ranked.get(product.sku) ?? 0
    const daily = (UNITS_A_DAY * product.popularity) / total
    for (const [index, { id }] of demoWarehouses.entries()) {
      if (rank >= 60 && (rank + index) % 3 === 0) continue
      if (rank >= 140 && index !== rank % 3) continue
      all.push(shelf(product, id, daily * (SHARES[index] ?? 0), rank < 90 && random.integer(1, 14) === 1))
    }
  }
  for (const { warehouse, lines } of orders) {
    for (const { sku } of lines) {
      const product = demoProducts.find((one) => one.sku === sku)
      const stocked = all.some((place) => place.sku === sku && place.warehouse === warehouse)
      if (product && !stocked) all.push(shelf(product, warehouse, 0, false))
    }
  }
  return all
}

function shelf(product: DemoProduct, warehouse: string, demand: number, neglected: boolean): Shelf {
  const supplier = demoSuppliers.find(({ category }) => category === product.category) ?? demoSuppliers[0]
  const leadTimeDays = supplier?.lead_time_days ?? 7
  const safetyStock = Math.max(1, Math.ceil(SERVICE_FACTOR * Math.sqrt(demand * leadTimeDays)))
  const reorderPoint = Math.ceil(demand * leadTimeDays) + safetyStock
  const packMultiple = packOf(product)
  const wanted = reorderPoint + Math.ceil(demand * REVIEW_DAYS)
  return {
    sku: product.sku,
    warehouse,
    supplier: supplier?.id ?? '',
    leadTimeDays,
    demand,
    reorderPoint,
    safetyStock,
    targetLevel: Math.ceil(wanted / packMultiple) * packMultiple,
    packMultiple,
    unitCostMinor: product.costMinor,
    neglected,
    shelfLifeDays: shelfLifeOf(product),
    bin: binOf(product),
  }
}

export function policyRow(shelf: Shelf): Insertable<Tables['stock_policy']> {
  return {
    sku: shelf.sku,
    warehouse_id: shelf.warehouse,
    supplier_id: shelf.supplier,
    safety_stock: shelf.safetyStock,
    target_level: shelf.targetLevel,
    lead_time_days: shelf.leadTimeDays,
    review_days: REVIEW_DAYS,
    auto_reorder: false,
  }
}

function rankByPopularity(): Map<string, number> {
  const sorted = [...demoProducts].sort((a, b) => b.popularity - a.popularity || a.legacyNo - b.legacyNo)
  return new Map(sorted.map(({ sku }, rank) => [sku, rank]))
}

/** Food for animals is kept by lot. */
function shelfLifeOf({ category, name }: DemoProduct): number | null {
  return category === 'Pet supplies' && /food|treats|chews/i.test(name) ? 365 : null
}

/** Cheap goods come in cartons. */
function packOf({ costMinor }: DemoProduct): number {
  if (costMinor < 800) return 12
  return costMinor < 3_000 ? 6 : 1
}

/** A GTIN-13 of the range that is reserved for internal use, with its check digit (GS1 General Specifications, 7.9). */
function gtin(number: number): string {
  const digits = `20${String(number).padStart(10, '0')}`
  const sum = [...digits].reduce((total, digit, index) => total + Number(digit) * (index % 2 === 0 ? 1 : 3), 0)
  return `${digits}${(10 - (sum % 10)) % 10}`
}
