import { completeProductId, getProduct } from '../catalogue.ts'
import { defineResource } from '../define.ts'
import { productView } from '../product-view.ts'

export const productResource = defineResource({
  name: 'product',
  title: 'Product',
  description: 'One product by its product_id or its number.',
  uri: 'catshop://product/{id}',
  scope: 'public',
  read: async ({ id = '' }, { db }) => productView(await getProduct(db, id)),
  complete: { id: (typed, { db }) => completeProductId(db, typed) },
})
