import { books } from './products/books.ts'
import { cats } from './products/cats.ts'
import { electronics } from './products/electronics.ts'
import { home } from './products/home.ts'
import { kitchen } from './products/kitchen.ts'
import { outdoors } from './products/outdoors.ts'
import { petSupplies } from './products/pet-supplies.ts'
import { toys } from './products/toys.ts'
import { seededRandom } from './seeded-random.ts'

/** One product that the demo retailer stocks and sells. */
export interface DemoProduct {
  sku: string
  /** `prod-` and eight hexadecimal digits. */
  productId: string
  /** Unique whole number, 1 to 8 for the cats. */
  legacyNo: number
  name: string
  description: string
  category: string
  /** Selling price in minor units of `currency`. */
  priceMinor: number
  currency: 'USD'
  /** What one unit costs the retailer, in minor units of `currency`. */
  costMinor: number
  weightGrams: number
  /** Share of demand relative to the best seller, above 0 and up to 1. */
  popularity: number
}

/** Name, one sentence, price in minor units, weight in grams. */
export type ProductRow = readonly [name: string, description: string, priceMinor: number, weightGrams: number]

interface Category {
  name: string
  skuPrefix: string
  /** Cost as a share of the price, in percent. */
  costPercent: number
  rows: readonly ProductRow[]
}

const categories: Category[] = [
  { name: 'Cats', skuPrefix: 'CAT', costPercent: 45, rows: cats },
  { name: 'Electronics', skuPrefix: 'ELE', costPercent: 72, rows: electronics },
  { name: 'Home', skuPrefix: 'HOM', costPercent: 52, rows: home },
  { name: 'Kitchen', skuPrefix: 'KIT', costPercent: 55, rows: kitchen },
  { name: 'Outdoors', skuPrefix: 'OUT', costPercent: 57, rows: outdoors },
  { name: 'Toys', skuPrefix: 'TOY', costPercent: 50, rows: toys },
  { name: 'Books', skuPrefix: 'BOK', costPercent: 60, rows: books },
  { name: 'Pet supplies', skuPrefix: 'PET', costPercent: 48, rows: petSupplies },
]

/** The product that published examples of the store order. */
const EXAMPLE_PRODUCT = { sku: 'ELE-1001', productId: 'prod-e9075764' }

/** The whole assortment, in the order of `legacyNo`. */
export const demoProducts: readonly DemoProduct[] = assortment()

function assortment(): DemoProduct[] {
  const random = seededRandom(20_260_401)
  const listed = categories.flatMap((category) => category.rows.map((row, index) => ({ category, row, index })))
  return listed.map(({ category, row, index }, position) => {
    const [name, description, priceMinor, weightGrams] = row
    const sku = `${category.skuPrefix}-${1001 + index}`
    return {
      sku,
      productId: sku === EXAMPLE_PRODUCT.sku ? EXAMPLE_PRODUCT.productId : `prod-${hash(sku)}`,
      legacyNo: position + 1,
      name,
      description,
      category: category.name,
      priceMinor,
      currency: 'USD' as const,
      costMinor: Math.round((priceMinor * (category.costPercent + random.integer(-4, 4))) / 100),
      weightGrams,
      popularity: popularityOf(random.next()),
    }
  })
}

/** A few products sell a lot and most sell a little. */
function popularityOf(uniform: number): number {
  return Math.round((0.02 + 0.98 * uniform ** 3) * 1000) / 1000
}

/** FNV-1a, 32 bits, as eight hexadecimal digits. */
function hash(text: string): string {
  let value = 0x811c9dc5
  for (const character of text) value = Math.imul(value ^ character.charCodeAt(0), 0x01000193)
  return (value >>> 0).toString(16).padStart(8, '0')
}
