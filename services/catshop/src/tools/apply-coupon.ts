import { z } from 'zod'
import { applyCoupon as apply } from '../cart.ts'
import { CartView, cartLine, cartView } from '../cart-view.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { CART_URI } from '../resources/cart.ts'
import { CART_VIEW } from '../resources/views.ts'

export const applyCoupon = defineTool({
  name: 'apply_coupon',
  title: 'Apply coupon',
  description: 'Put a coupon code on your cart, in place of another one. It is used up only when you check out.',
  scope: 'catshop:write',
  effect: 'write',
  view: CART_VIEW,
  idempotent: true,
  repeat: 'natural',
  input: z.object({ code: z.string().trim().min(1).max(40) }),
  output: CartView,
  text: cartLine,
  async handle({ code }, { db, caller, changed }) {
    const cart = await apply(db, shopperOf(caller), code)
    changed(CART_URI)
    return cartView(cart)
  },
})
