import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { Address } from '../address.ts'
import { previewCheckout as preview } from '../checkout.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { deliveryWindow } from '../delivery.ts'
import { amountFields, amounts } from '../price.ts'
import { DEFAULT_SHIPPING } from '../purchase.ts'

export const previewCheckout = defineTool({
  name: 'preview_checkout',
  title: 'Preview checkout',
  description:
    'Price your cart with shipping and tax, without buying. Returns a checkout_id that checkout takes; it is valid for 30 minutes and as long as the cart stays the same. Show the total to the customer before you check out.',
  scope: 'catshop:write',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    address: Address.optional().describe("Where to deliver; the account's default address when left out"),
    shipping_option: z
      .string()
      .regex(/^[\w-]{1,40}$/)
      .default(DEFAULT_SHIPPING)
      .describe('standard or express'),
  }),
  output: z.object({
    checkout_id: z.string(),
    status: z.literal('ready_for_complete'),
    expires_at: z.iso.datetime(),
    items: z.array(
      z.object({ product_id: z.string(), name: z.string(), quantity: z.int(), ...amountFields('price', 'paid') }),
    ),
    ...amountFields('subtotal', 'discount', 'shipping', 'tax', 'total'),
    currency: z.string(),
    coupon_code: z.string().nullable(),
    shipping_option: z.string(),
    delivery: z.object({ from: z.iso.date(), to: z.iso.date() }),
    address_untrusted: Address,
    payment_methods: z
      .array(z.object({ token: z.string(), label: z.string() }))
      .describe("The account's ways to pay, the default first; checkout takes the token"),
    notices: z.array(z.string()),
  }),
  text: ({ total_minor, currency, checkout_id, notices }) =>
    [`Total ${formatMoney(total_minor, currency)} with shipping and tax (${checkout_id}).`, ...notices].join(' '),
  async handle({ address, shipping_option }, { db, caller }) {
    const found = await preview(db, shopperOf(caller), { address, shippingOption: shipping_option })
    const { quote, shipping } = found
    const { currency, lines } = quote
    return {
      checkout_id: found.checkoutId,
      status: 'ready_for_complete' as const,
      expires_at: found.expiresAt.toISOString(),
      items: lines.map(({ productId, name, quantity, unitPriceMinor: price, paidMinor: paid }) => ({
        product_id: productId,
        name,
        quantity,
        ...amounts({ price, paid }, currency),
      })),
      ...amounts(
        {
          subtotal: quote.subtotalMinor,
          discount: quote.discountMinor,
          shipping: quote.shippingMinor,
          tax: quote.taxMinor,
          total: quote.totalMinor,
        },
        currency,
      ),
      currency,
      coupon_code: found.couponCode,
      shipping_option: shipping.code,
      delivery: deliveryWindow(shipping, new Date()),
      address_untrusted: found.address,
      payment_methods: found.paymentMethods,
      notices: found.notices,
    }
  },
})
