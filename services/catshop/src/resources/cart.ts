import { readCart } from '../cart.ts'
import { cartView } from '../cart-view.ts'
import { shopperOf } from '../customer.ts'
import { defineResource } from '../define.ts'

/** The cart of whoever reads it; tools that change a cart name it. */
export const CART_URI = 'catshop://cart'

export const cartResource = defineResource({
  name: 'cart',
  title: 'Your cart',
  description: 'Your cart with current prices, as view_cart shows it without stock.',
  uri: CART_URI,
  scope: 'catshop:read',
  subscribable: true,
  perCaller: true,
  read: async (_, { db, caller }) => cartView(await readCart(db, shopperOf(caller))),
})
