import { begin, outcomeOf } from '@backroom/workflows'
import { ulid } from 'ulid'
import { z } from 'zod'
import { Address } from '../address.ts'
import { policyOf } from '../approval-policy.ts'
import { newOrderSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, Name, Quantity, Sku } from '../identifiers.ts'
import { getOrder, newOrderId } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { salesRegionOf } from '../sales-region.ts'
import { OrderShape } from '../shapes.ts'
import { ShippingOption } from '../shipping-option.ts'
import { requireStaff, viewerOf } from '../viewer.ts'
import { placeOrder } from '../workflows/place-order.ts'

const standard = { code: 'standard', title: 'Standard delivery', days_min: 3, days_max: 5 }

export const createOrder = defineTool({
  name: 'create_order',
  title: 'Create order',
  description:
    'Place an order for a customer who ordered by phone or through service. Stock is taken at once. payment_ref is a payment that is authorised for this customer; without one the order waits on a payment hold.',
  scope: 'oms:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'key_required',
  approval: (_, { db, caller }) =>
    policyOf(db, { tool: 'create_order', account: caller.subject }, 'A1', 'it orders in the name of a customer'),
  subject: newOrderSubject,
  input: z.object({
    customer: z.object({
      customer_id: z.string().min(1).max(64),
      email: z.email().max(200).optional(),
      name: z.string().trim().min(1).max(200).optional(),
    }),
    currency: z
      .string()
      .regex(/^[A-Z]{3}$/)
      .default('USD'),
    lines: z
      .array(
        z.object({
          sku: Sku,
          product_id: z.string().min(1).max(64).optional(),
          title: Name,
          qty: Quantity,
          unit_minor: AmountMinor,
          discount_minor: AmountMinor.default(0).describe('For all units of the line, as are the next two'),
          shipping_minor: AmountMinor.default(0),
          tax_minor: AmountMinor.default(0),
        }),
      )
      .min(1)
      .max(100),
    ship_to: Address,
    shipping_option: ShippingOption.default(standard),
    payment_ref: z.string().min(1).max(64).optional().describe('payment_id of an authorised payment'),
  }),
  output: OrderShape,
  text: ({ number, status }) => `${number} is ${status}`,
  start: async ({ customer, lines, ship_to, ...args }, { db, caller }) => {
    requireStaff(caller)
    const orderId = newOrderId()
    const input = {
      orderId,
      checkoutId: `chk_${ulid()}`,
      channel: 'service',
      source: 'manual' as const,
      customer: { customerId: customer.customer_id, email: customer.email, name: customer.name },
      currency: args.currency,
      lines: lines.map((line) => ({
        sku: line.sku,
        productId: line.product_id ?? line.sku,
        title: line.title,
        qty: line.qty,
        unitMinor: line.unit_minor,
        discountMinor: line.discount_minor,
        shippingMinor: line.shipping_minor,
        taxMinor: line.tax_minor,
      })),
      shipTo: ship_to,
      region: await salesRegionOf(db, ship_to),
      shippingOption: args.shipping_option,
      paymentId: args.payment_ref ?? null,
      actor: caller.subject,
    }
    const id = `place:${orderId}`
    await begin(db, placeOrder, { id, subject: orderId, input, startedBy: caller.subject })
    return { workflowId: id, handle: orderId }
  },
  outcome: async (id, { db, caller }) => {
    const { orderId } = await outcomeOf(placeOrder, id)
    const viewer = viewerOf(caller)
    return describeOrder(db, await getOrder(db, orderId, viewer), viewer)
  },
})
