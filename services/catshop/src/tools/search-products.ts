import { z } from 'zod'
import { unknownCategory } from '../catalogue.ts'
import { defineTool } from '../define.ts'
import { ProductList, productLine, productView, Verbosity } from '../product-view.ts'
import { searchProducts as search, searchOrders } from '../search.ts'

const Price = z.number().min(0).max(1_000_000_000)

export const searchProducts = defineTool({
  name: 'search_products',
  title: 'Search products',
  description:
    'Find products by words in their name, category or description. Tolerates misspelt words. Filter by category and by price in major units (1500 means 1500.00). An empty query lists the best sellers that the filters let through.',
  scope: 'public',
  effect: 'read',
  input: z.object({
    query: z.string().max(200).describe('What to look for, for example laptop'),
    category: z.string().max(100).optional().describe('A category name, for example Electronics; any case'),
    min_price: Price.optional().describe('Lowest price, in major units'),
    max_price: Price.optional().describe('Highest price, in major units'),
    limit: z.int().min(1).max(100).default(10).describe('Products to return, at most 100'),
    sort: z.enum(searchOrders).default('relevance'),
    verbosity: Verbosity,
  }),
  output: ProductList.omit({ next_cursor: true }),
  text: productLine,
  async handle({ min_price, max_price, verbosity, ...filters }, { db }) {
    const found = await search(db, { ...filters, minPrice: min_price, maxPrice: max_price })
    const products = found.products.map((product) => productView(product, verbosity))
    const notice = (products.length === 0 && (await unknownCategory(db, filters.category))) || noticeOf(found)
    return { count: products.length, products, ...(notice ? { notice } : {}) }
  },
})

function noticeOf({ correctedQuery, partial }: Awaited<ReturnType<typeof search>>): string | undefined {
  const corrected = correctedQuery === undefined ? [] : [`Searched for "${correctedQuery}".`]
  const some = partial ? ['No product has all the words; these have some of them.'] : []
  return [...corrected, ...some].join(' ') || undefined
}
