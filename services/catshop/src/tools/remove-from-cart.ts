import { z } from 'zod'
import { removeFromCart as remove } from '../cart.ts'
import { CartView, cartLine, cartView } from '../cart-view.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { ProductId } from '../product-view.ts'
import { CART_URI } from '../resources/cart.ts'
import { CART_VIEW } from '../resources/views.ts'

export const removeFromCart = defineTool({
  name: 'remove_from_cart',
  title: 'Remove from cart',
  description: 'Take a product out of your cart, whatever its quantity.',
  scope: 'catshop:write',
  effect: 'destructive',
  view: CART_VIEW,
  idempotent: true,
  repeat: 'natural',
  input: z.object({ product_id: ProductId }),
  output: CartView,
  text: cartLine,
  async handle({ product_id }, { db, caller, changed }) {
    const cart = await remove(db, shopperOf(caller), product_id)
    changed(CART_URI)
    return cartView(cart)
  },
})
