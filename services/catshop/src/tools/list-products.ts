import { Cursor, PageLimit } from '@backroom/mcp-service'
import { z } from 'zod'
import { listProducts as list, unknownCategory } from '../catalogue.ts'
import { defineTool } from '../define.ts'
import { ProductList, productLine, productView, Verbosity } from '../product-view.ts'

export const listProducts = defineTool({
  name: 'list_products',
  title: 'List products',
  description:
    'List the products on sale, optionally of one category, page by page. To find something specific, use search_products.',
  scope: 'public',
  effect: 'read',
  input: z.object({
    category: z.string().max(100).optional().describe('A category name, for example Electronics; any case'),
    cursor: Cursor,
    limit: PageLimit,
    verbosity: Verbosity,
  }),
  output: ProductList,
  text: productLine,
  async handle({ category, cursor, limit, verbosity }, { db }) {
    const { items, next_cursor } = await list(db, { category, cursor, limit })
    const notice = items.length === 0 ? await unknownCategory(db, category) : undefined
    const products = items.map((product) => productView(product, verbosity))
    return { count: products.length, products, next_cursor, notice }
  },
})
