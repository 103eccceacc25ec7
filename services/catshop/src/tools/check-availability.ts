import { z } from 'zod'
import { getProduct } from '../catalogue.ts'
import { defineTool } from '../define.ts'
import { deliveryWindow, shippingOption } from '../delivery.ts'
import { ProductId } from '../product-view.ts'
import { DEFAULT_SHIPPING } from '../purchase.ts'
import { Availability, stockOf } from '../stock.ts'

export const checkAvailability = defineTool({
  name: 'check_availability',
  title: 'Check availability',
  description:
    'Ask the warehouses whether a product is in stock in the wanted quantity, and when standard delivery would bring it. unknown means that they cannot be asked at the moment; say so and do not guess.',
  scope: 'public',
  effect: 'read',
  input: z.object({
    product_id: ProductId,
    qty: z.int().min(1).max(999).default(1),
    postcode: z.string().trim().max(16).optional().describe('US ZIP code of the destination'),
  }),
  output: z.object({
    product_id: z.string(),
    name: z.string(),
    qty: z.int(),
    availability: Availability,
    enough: z.boolean().nullable().describe('Whether the wanted quantity is in stock; null when unknown'),
    eta: z
      .object({ from: z.iso.date(), to: z.iso.date() })
      .nullable()
      .describe('Standard delivery of an order placed now; null when not enough is in stock or nobody delivers there'),
    notice: z.string().optional(),
  }),
  text: ({ name, qty, availability, eta }) =>
    `${qty}× ${name}: ${availability.replaceAll('_', ' ')}${eta ? `, with you between ${eta.from} and ${eta.to}` : ''}.`,
  async handle({ product_id, qty, postcode }, { db, callService }) {
    const product = await getProduct(db, product_id)
    const { availability, units } = (await stockOf({ callService }, [product.sku]))(product.sku)
    const enough = units === null ? null : units >= qty
    const served = postcode === undefined || /^\d{5}(-\d{4})?$/.test(postcode)
    const eta = enough && served ? deliveryWindow(await shippingOption(db, DEFAULT_SHIPPING), new Date()) : null
    const notice = noticeOf(availability, enough, served)
    return { product_id: product.product_id, name: product.name, qty, availability, enough, eta, notice }
  },
})

function noticeOf(availability: Availability, enough: boolean | null, served: boolean): string | undefined {
  if (availability === 'unknown') return 'The warehouses do not answer at the moment. Ask again in a minute.'
  if (!served) return 'That is not a US ZIP code; the delivery time is known for the US only.'
  return enough ? undefined : 'Fewer than that are in stock.'
}
