import { z } from 'zod'
import { addToCart as add, MOST_UNITS } from '../cart.ts'
import { CartView, cartLine, cartView } from '../cart-view.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { ProductId } from '../product-view.ts'
import { CART_URI } from '../resources/cart.ts'
import { CART_VIEW } from '../resources/views.ts'

export const addToCart = defineTool({
  name: 'add_to_cart',
  title: 'Add to cart',
  description: `Put units of a product into your cart. Adds to the units already there, up to ${MOST_UNITS}; calling it twice adds twice. To set an exact quantity, use update_cart_quantity.`,
  scope: 'catshop:write',
  effect: 'write',
  view: CART_VIEW,
  repeat: 'additive',
  input: z.object({ product_id: ProductId, quantity: z.int().min(1).max(MOST_UNITS).default(1) }),
  output: CartView,
  text: cartLine,
  async handle({ product_id, quantity }, { db, caller, changed }) {
    const cart = await add(db, shopperOf(caller), product_id, quantity)
    changed(CART_URI)
    return cartView(cart)
  },
})
