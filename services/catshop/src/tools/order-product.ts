import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { productSubject } from '../approval-subject.ts'
import { MOST_UNITS } from '../cart.ts'
import { beginProductOrder, orderProductTotal } from '../checkout.ts'
import { endCheckout } from '../checkout-ending.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { Confirmation, confirmation, OrderSummary, orderSummary } from '../order-view.ts'
import { ProductId } from '../product-view.ts'
import { purchaseTier } from '../purchase-policy.ts'

export const orderProduct = defineTool({
  name: 'order_product',
  title: 'Order product',
  description:
    "Buy one product at once, with the account's address and payment method and standard shipping; your cart stays as it is. The same call within a minute is taken for a mistake unless force_new is true. An order exists only if this returns an order_id; requires_action means that the customer must first open action_url and confirm the payment there.",
  scope: 'catshop:write',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  input: z.object({ product_id: ProductId, quantity: z.int().min(1).max(MOST_UNITS).default(1) }),
  output: z.union([OrderSummary.extend({ payment_method: z.string() }), Confirmation]),
  text: (result) =>
    'action_url' in result
      ? result.message
      : `Order placed: ${result.number}, ${formatMoney(result.total_minor, result.currency)}.`,
  approval: async ({ product_id, quantity }, { db, caller }) =>
    purchaseTier(db, await orderProductTotal(db, shopperOf(caller), product_id, quantity), undefined),
  subject: ({ product_id, quantity }, { db }) => productSubject(db, product_id, quantity),
  async start({ product_id, quantity }, { db, caller }) {
    const session = await beginProductOrder(db, shopperOf(caller), product_id, quantity)
    return { workflowId: session.checkout_id, handle: session.checkout_id }
  },
  async outcome(checkoutId, context) {
    const ending = await endCheckout(checkoutId, context)
    if (!('order' in ending)) return confirmation(ending)
    return { ...orderSummary(ending.order, 'full'), payment_method: ending.order.payment.method ?? 'none' }
  },
})
