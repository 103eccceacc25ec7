import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { cartSubject } from '../approval-subject.ts'
import { beginCheckout, checkoutTotal } from '../checkout.ts'
import { endCheckout } from '../checkout-ending.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { Confirmation, confirmation, OrderSummary, orderSummary } from '../order-view.ts'
import { purchaseTier } from '../purchase-policy.ts'

export const checkout = defineTool({
  name: 'checkout',
  title: 'Check out',
  description:
    "Buy everything in your cart. Without arguments it takes the account's address and payment method. Better: preview_checkout first, then pass its checkout_id and, once the customer agreed to the total, its total_minor as confirm_total_minor. Repeating a call places no second order. An order exists only if this returns an order_id; requires_action means that the customer must first open action_url and confirm the payment there, then call checkout again with the same checkout_id.",
  scope: 'catshop:write',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    checkout_id: z.string().max(64).optional().describe('From preview_checkout'),
    confirm_total_minor: z.int().min(0).optional().describe('The total that the customer agreed to, in minor units'),
    payment_method: z
      .string()
      .max(100)
      .optional()
      .describe("A payment method of the account, as preview_checkout lists them; the account's default when left out"),
  }),
  output: z.union([
    OrderSummary.extend({
      checkout_id: z.string().nullable(),
      payment_method: z.string(),
      already_placed: z.boolean().describe('True when an earlier call placed this order and this one did nothing'),
    }),
    Confirmation,
  ]),
  text: (result) => {
    if ('action_url' in result) return result.message
    const { number, total_minor, currency, already_placed } = result
    return `${already_placed ? 'Already placed' : 'Order placed'}: ${number}, ${formatMoney(total_minor, currency)}.`
  },
  approval: async ({ checkout_id, confirm_total_minor }, { db, caller }) =>
    purchaseTier(db, await checkoutTotal(db, shopperOf(caller), checkout_id), confirm_total_minor),
  subject: (_, { db, caller }) => cartSubject(db, shopperOf(caller)),
  async start({ checkout_id, confirm_total_minor, payment_method }, { db, caller }) {
    const session = await beginCheckout(db, shopperOf(caller), {
      checkoutId: checkout_id,
      confirmTotalMinor: confirm_total_minor,
      paymentMethod: payment_method,
    })
    return { workflowId: session.checkout_id, handle: session.checkout_id }
  },
  async outcome(checkoutId, context) {
    const ending = await endCheckout(checkoutId, context)
    if (!('order' in ending)) return confirmation(ending)
    const { order, repeated } = ending
    return {
      ...orderSummary(order, 'full'),
      checkout_id: order.checkout_id,
      payment_method: order.payment.method ?? 'none',
      already_placed: repeated,
    }
  },
})
