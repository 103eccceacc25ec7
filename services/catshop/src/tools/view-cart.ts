import { z } from 'zod'
import { readCart } from '../cart.ts'
import { CartView, cartLine, cartView } from '../cart-view.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { CART_VIEW } from '../resources/views.ts'
import { stockOf } from '../stock.ts'

export const viewCart = defineTool({
  name: 'view_cart',
  title: 'View cart',
  description:
    'Show your cart: lines with current prices, prices that changed since you added them, and stock warnings.',
  scope: 'catshop:read',
  effect: 'read',
  view: CART_VIEW,
  input: z.object({}),
  output: CartView.extend({
    stock_warnings: z.array(z.string()),
    stock_checked: z.boolean().describe('False when the warehouses could not be asked'),
  }),
  text: (cart) => [cartLine(cart), ...cart.stock_warnings].join(' '),
  async handle(_, { db, caller, callService }) {
    const cart = await readCart(db, shopperOf(caller))
    const stock = await stockOf(
      { callService },
      cart.lines.map((line) => line.sku),
    )
    const lines = cart.lines.map((line) => ({ ...line, units: stock(line.sku).units }))
    return {
      ...cartView(cart),
      stock_warnings: lines.flatMap(({ name, quantity, units }) =>
        units !== null && units < quantity ? [`Only ${units} of ${name} in stock.`] : [],
      ),
      stock_checked: lines.every(({ units }) => units !== null),
    }
  },
})
