import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { getProduct as get } from '../catalogue.ts'
import { defineTool } from '../define.ts'
import { Product, ProductId, productView } from '../product-view.ts'

export const getProduct = defineTool({
  name: 'get_product',
  title: 'Get product',
  description: 'Get one product by its product_id or its number: name, price, description, rating.',
  scope: 'public',
  effect: 'read',
  openWorld: true,
  input: z.object({ product_id: ProductId }),
  output: Product,
  text: ({ name, price_minor, currency, product_id }) =>
    `${name}, ${formatMoney(price_minor, currency)} (${product_id})`,
  handle: async ({ product_id }, { db }) => productView(await get(db, product_id)),
})
