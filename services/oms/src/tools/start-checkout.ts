import { BusinessError, type Caller } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { begin } from '@backroom/workflows'
import { z } from 'zod'
import { Address } from '../address.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, Quantity, Sku } from '../identifiers.ts'
import { newOrderId } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { salesRegionOf } from '../sales-region.ts'
import { OrderShape } from '../shapes.ts'
import { ShippingOption } from '../shipping-option.ts'
import { viewerOf } from '../viewer.ts'
import { checkout } from '../workflows/checkout.ts'
import { awaitCheckout } from '../workflows/checkout-outcome.ts'
import { openCheckout } from '../workflows/checkout-record.ts'
import { CONFIRM_WITHIN_MS } from '../workflows/confirm-within.ts'
import { checkoutSagaId } from '../workflows/payment-topic.ts'

const CheckoutId = z
  .string()
  .regex(/^[\w-]{1,64}$/)
  .describe('The checkout; one order comes of it, however often it is started')

const Line = z.object({
  sku: Sku,
  product_id: z.string().min(1).max(64),
  title: z.string().min(1).max(300),
  qty: Quantity,
  unit_minor: AmountMinor,
  discount_minor: AmountMinor.describe('For all units of the line together, as are the next two'),
  shipping_minor: AmountMinor,
  tax_minor: AmountMinor,
})

const Totals = z.object({
  subtotal_minor: AmountMinor,
  discount_minor: AmountMinor,
  shipping_minor: AmountMinor,
  tax_minor: AmountMinor,
  grand_minor: AmountMinor.positive(),
})

export const startCheckout = defineTool({
  name: 'start_checkout',
  title: 'Start checkout',
  description:
    'Turn a priced cart into an order: stock is held, the payment authorised, the order placed and confirmed. requires_action: the customer opens action_url and confirms there; calling again with the same checkout_id tells how it ended. An error is final for its checkout_id: nothing is charged and nothing stays reserved.',
  scope: 'oms:checkout',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    checkout_id: CheckoutId,
    customer: z.object({
      customer_id: z.string().min(1).max(64),
      email: z.email().optional(),
      name: z.string().min(1).max(200).optional(),
    }),
    channel: z.string().min(1).max(40),
    source: z.enum(['cart', 'one_shot']),
    currency: z.string().regex(/^[A-Z]{3}$/),
    lines: z.array(Line).min(1).max(200),
    totals: Totals,
    ship_to: Address,
    shipping_option: ShippingOption,
    payment_method: z
      .string()
      .regex(/^\w{1,64}$/)
      .describe('Token of a payment method of the customer; never card data'),
    coupon_code: z.string().max(64).optional(),
  }),
  output: z.object({
    checkout_id: z.string(),
    status: z.enum(['completed', 'requires_action']),
    order: OrderShape.nullable(),
    action_url: z.string().optional().describe('Where the customer confirms the payment'),
    payment: z.object({ payment_id: z.string().nullable(), status: z.string() }),
  }),
  text: ({ checkout_id, status, order }) =>
    status === 'completed' && order
      ? `${order.number} over ${formatMoney(order.totals.grand_minor, order.currency)} is placed`
      : `${checkout_id} waits for its customer to confirm the payment`,
  start: async (args, { db, caller }) => {
    requireOwn(caller, args.customer.customer_id)
    requireTotals(args.lines, args.totals)
    const { checkout_id: checkoutId, customer } = args
    const customerId = customer.customer_id
    const opened = await openCheckout(db, { checkoutId, orderId: newOrderId(), customerId })
    if (opened.customerId !== customerId) throw notYours(checkoutId)
    const id = checkoutSagaId(checkoutId)
    await begin(db, checkout, {
      id,
      subject: checkoutId,
      startedBy: caller.subject,
      input: {
        checkoutId,
        orderId: opened.orderId,
        customer: { customerId, email: customer.email, name: customer.name },
        channel: args.channel,
        source: args.source,
        currency: args.currency,
        lines: args.lines.map((line) => ({
          sku: line.sku,
          productId: line.product_id,
          title: line.title,
          qty: line.qty,
          unitMinor: line.unit_minor,
          discountMinor: line.discount_minor,
          shippingMinor: line.shipping_minor,
          taxMinor: line.tax_minor,
        })),
        totalMinor: args.totals.grand_minor,
        shipTo: args.ship_to,
        region: await salesRegionOf(db, args.ship_to),
        shippingOption: args.shipping_option,
        paymentMethod: args.payment_method,
        couponCode: args.coupon_code ?? null,
        actor: customerId,
        confirmWithinMs: CONFIRM_WITHIN_MS,
      },
    })
    return { workflowId: id, handle: opened.orderId }
  },
  async outcome(workflowId, { db, caller }) {
    const { id, state, payment_id, action_url, order } = await awaitCheckout(db, workflowId)
    if (!order)
      return {
        checkout_id: id,
        status: 'requires_action' as const,
        order: null,
        payment: { payment_id, status: state },
        ...(action_url === null ? {} : { action_url }),
      }
    return {
      checkout_id: id,
      status: 'completed' as const,
      order: await describeOrder(db, order, viewerOf(caller)),
      payment: { payment_id, status: order.payment_status },
    }
  },
})

/** A customer checks out for nobody else; the storefront's own token is for checkouts that lost their customer. */
function requireOwn(caller: Caller, customerId: string): void {
  if (caller.kind !== 'customer' || caller.customerId === customerId) return
  throw new BusinessError('invalid_argument', 'customer_id is not that of the customer who checks out.')
}

function requireTotals(lines: z.output<typeof Line>[], totals: z.output<typeof Totals>): void {
  const sum = (amount: (line: z.output<typeof Line>) => number) => lines.reduce((all, line) => all + amount(line), 0)
  const counted = {
    subtotal_minor: sum(({ qty, unit_minor }) => qty * unit_minor),
    discount_minor: sum(({ discount_minor }) => discount_minor),
    shipping_minor: sum(({ shipping_minor }) => shipping_minor),
    tax_minor: sum(({ tax_minor }) => tax_minor),
  }
  const { subtotal_minor, discount_minor, shipping_minor, tax_minor } = counted
  const complete = { ...counted, grand_minor: subtotal_minor - discount_minor + shipping_minor + tax_minor }
  const wrong = Object.entries(complete).filter(([name, minor]) => totals[name as keyof typeof totals] !== minor)
  if (wrong.length === 0) return
  throw new BusinessError('invalid_argument', 'The totals are not the sum of the lines.', {
    details: { expected: Object.fromEntries(wrong) },
  })
}

function notYours(checkoutId: string): BusinessError {
  return new BusinessError('not_found', `There is no checkout ${checkoutId} of this customer.`)
}
