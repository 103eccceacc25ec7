import { z } from 'zod'
import { MOST_UNITS, setQuantity } from '../cart.ts'
import { CartView, cartLine, cartView } from '../cart-view.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { ProductId } from '../product-view.ts'
import { CART_URI } from '../resources/cart.ts'
import { CART_VIEW } from '../resources/views.ts'

export const updateCartQuantity = defineTool({
  name: 'update_cart_quantity',
  title: 'Update cart quantity',
  description: 'Set how many units of a product are in your cart. 0 removes the product.',
  scope: 'catshop:write',
  effect: 'write',
  view: CART_VIEW,
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    product_id: ProductId,
    quantity: z.int().min(0).max(MOST_UNITS).describe('The new quantity, not the difference'),
  }),
  output: CartView,
  text: cartLine,
  async handle({ product_id, quantity }, { db, caller, changed }) {
    const cart = await setQuantity(db, shopperOf(caller), product_id, quantity)
    changed(CART_URI)
    return cartView(cart)
  },
})
