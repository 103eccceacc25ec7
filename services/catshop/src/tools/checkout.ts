import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { checkoutTotal, completeCheckout } from '../checkout.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { OrderSummary, orderSummary } from '../order-view.ts'
import { purchaseTier } from '../purchase-policy.ts'
import { CART_URI } from '../resources/cart.ts'

export const checkout = defineTool({
  name: 'checkout',
  title: 'Check out',
  description:
    "Buy everything in your cart. Without arguments it takes the account's address and payment method. Better: preview_checkout first, then pass its checkout_id and, once the customer agreed to the total, its total_minor as confirm_total_minor. Repeating a call places no second order. An order exists only if this returns an order_id.",
  scope: 'catshop:write',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    checkout_id: z.string().max(64).optional().describe('From preview_checkout'),
    confirm_total_minor: z.int().min(0).optional().describe('The total that the customer agreed to, in minor units'),
    payment_method: z.string().max(100).optional().describe("invoice, or the account's method (the default)"),
  }),
  output: OrderSummary.extend({
    checkout_id: z.string().nullable(),
    payment_method: z.string(),
    already_placed: z.boolean().describe('True when an earlier call placed this order and this one did nothing'),
  }),
  text: ({ number, total_minor, currency, already_placed }) =>
    `${already_placed ? 'Already placed' : 'Order placed'}: ${number}, ${formatMoney(total_minor, currency)}.`,
  approval: async ({ checkout_id, confirm_total_minor }, { db, caller }) =>
    purchaseTier(db, await checkoutTotal(db, shopperOf(caller), checkout_id), confirm_total_minor),
  async handle({ checkout_id, confirm_total_minor, payment_method }, { db, caller, changed }) {
    const { order, repeated } = await completeCheckout(db, shopperOf(caller), {
      checkoutId: checkout_id,
      confirmTotalMinor: confirm_total_minor,
      paymentMethod: payment_method,
    })
    changed(CART_URI)
    return {
      ...orderSummary(order, 'full'),
      checkout_id: order.checkout_id,
      payment_method: order.payment_method,
      already_placed: repeated,
    }
  },
})
