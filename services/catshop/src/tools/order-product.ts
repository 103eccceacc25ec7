import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { MOST_UNITS } from '../cart.ts'
import { orderProductTotal, orderProduct as place } from '../checkout.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { OrderSummary, orderSummary } from '../order-view.ts'
import { ProductId } from '../product-view.ts'
import { purchaseTier } from '../purchase-policy.ts'

export const orderProduct = defineTool({
  name: 'order_product',
  title: 'Order product',
  description:
    "Buy one product at once, with the account's address and payment method and standard shipping; your cart stays as it is. The same call within a minute is taken for a mistake unless force_new is true. An order exists only if this returns an order_id.",
  scope: 'catshop:write',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  input: z.object({ product_id: ProductId, quantity: z.int().min(1).max(MOST_UNITS).default(1) }),
  output: OrderSummary.extend({ payment_method: z.string() }),
  text: ({ number, total_minor, currency }) => `Order placed: ${number}, ${formatMoney(total_minor, currency)}.`,
  approval: async ({ product_id, quantity }, { db, caller }) =>
    purchaseTier(db, await orderProductTotal(db, shopperOf(caller), product_id, quantity), undefined),
  async handle({ product_id, quantity }, { db, caller }) {
    const order = await place(db, shopperOf(caller), product_id, quantity)
    return { ...orderSummary(order, 'full'), payment_method: order.payment_method }
  },
})
