import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import type { CatalogueProduct } from './catalogue.ts'
import { amountFields, amounts } from './price.ts'

/** How callers name a product. */
export const ProductId = z
  .union([z.int().positive(), z.string().trim().min(1).max(64)])
  .describe('The product_id of a product, or its number (id)')

export const Verbosity = z
  .enum(['concise', 'full'])
  .default('full')
  .describe('concise leaves out what is rarely needed')

/** A product in every answer of the shop. Concise answers leave out what is optional here. */
export const Product = z.object({
  product_id: z.string(),
  id: z.int(),
  name: z.string(),
  ...amountFields('price'),
  currency: z.string(),
  category: z.string().optional(),
  description: z.string().optional(),
  rating_avg: z.number().nullable().optional().describe('1 to 5; null without reviews'),
  rating_count: z.int().optional(),
})

export const ProductList = z.object({
  count: z.int().describe('Products in this answer'),
  products: z.array(Product),
  next_cursor: z.string().optional(),
  notice: z.string().optional().describe('What the caller should know about this answer'),
})

export function productView(
  product: CatalogueProduct,
  verbosity: z.output<typeof Verbosity> = 'full',
): z.output<typeof Product> {
  const { product_id, legacy_no: id, name, price_minor: price, currency } = product
  const concise = { product_id, id, name, ...amounts({ price }, currency), currency }
  if (verbosity === 'concise') return concise
  const { category, description, rating_avg, rating_count } = product
  return {
    ...concise,
    category,
    description,
    rating_avg: rating_avg === null ? null : Math.round(rating_avg * 100) / 100,
    rating_count,
  }
}

/** The first products of a list in one line. */
export function productLine({ count, products, notice }: z.output<typeof ProductList>): string {
  const named = products.slice(0, 5).map((each) => `${each.name} (${formatMoney(each.price_minor, each.currency)})`)
  const more = count > named.length ? ', …' : ''
  const found = count === 0 ? 'No products.' : `${count} product${count === 1 ? '' : 's'}: ${named.join(', ')}${more}`
  return notice ? `${found} ${notice}` : found
}
