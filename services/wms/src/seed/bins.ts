import { type DemoProduct, demoProducts } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { Tables } from '../database-tables.ts'

/** Where a product lies in every warehouse that has it: a bin to pick from, and one above it for what does not fit. */
export interface SeedBin {
  aisle: number
  pickSeq: number
  pick: string
  bulk: string
}

const SHELVES_A_BAY = 4
const categories = [...new Set(demoProducts.map(({ category }) => category))]

/** One aisle a category, four products a bay. */
export function binOf(product: DemoProduct): SeedBin {
  const aisle = categories.indexOf(product.category) + 1
  const place = demoProducts.filter(({ category }) => category === product.category).indexOf(product)
  const bay = Math.floor(place / SHELVES_A_BAY) + 1
  const shelf = (place % SHELVES_A_BAY) + 1
  const code = (level: number) => `${String.fromCharCode(64 + aisle)}-${pad(bay)}-${pad(level)}-${shelf}`
  return { aisle, pickSeq: bay * 10 + shelf, pick: code(1), bulk: code(4) }
}

/** The two locations of a product in a warehouse. */
export function locationRows(warehouse: string, { aisle, pickSeq, pick, bulk }: SeedBin) {
  const common = { warehouse_id: warehouse, aisle, pick_seq: pickSeq }
  return [
    { ...common, code: pick, kind: 'pick' },
    { ...common, code: bulk, kind: 'bulk' },
  ] satisfies Insertable<Tables['location']>[]
}

function pad(number: number): string {
  return String(number).padStart(2, '0')
}
