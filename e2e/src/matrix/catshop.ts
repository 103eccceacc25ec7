import type { Retail } from '../retail/retail.ts'
import { oneMore, otherText, type Row } from './row.ts'

/** A customer whose cart no other test looks into. */
const WHO = 'demo6'
const PRODUCT = 3

/** Every visit prolongs the life of a cart and counts it up: a preview of before is then asked for anew. */
const cartVisit = ['cart.expires_at', 'cart.version']

const row = (tool: string, args: Row['args'], changed: Row['changed'], more: Partial<Row> = {}): Row => ({
  ...{ domain: 'catshop', tool, as: WHO, args, changed },
  ...more,
})

/** The cart holds so much of one product and nothing else. */
async function fillCart({ must }: Retail, quantity: number): Promise<void> {
  const { items } = await must('catshop', 'view_cart', {}, WHO)
  for (const { product_id } of items) await must('catshop', 'remove_from_cart', { product_id }, WHO)
  await must('catshop', 'add_to_cart', { product_id: PRODUCT, quantity }, WHO)
}

async function ordered(retail: Retail): Promise<string> {
  await fillCart(retail, 1)
  const { checkout_id } = await retail.must('catshop', 'preview_checkout', {}, WHO)
  const { order_id } = await retail.must('catshop', 'checkout', { checkout_id }, WHO)
  await retail.quiet()
  return order_id
}

/** An order that has arrived and of which nothing has been returned or claimed. */
async function deliveredOrder({ rows }: Retail): Promise<string> {
  const [free] = await rows<{ id: string }>(
    'oms',
    `select o.id from orders o where o.customer_id = 'cust-006' and o.fulfillment_status = 'delivered'
       and not exists (select from order_line l join entitlement e on e.order_line_id = l.id
         where l.order_id = o.id and e.taken_qty > 0)
     order by placed_at desc limit 1`,
  )
  if (!free) throw new Error('every delivered order of the customer is being returned')
  return free.id
}

let quantities = 1

/** The write tools of the shop. */
export const catshopRows: Row[] = [
  row('add_to_cart', async () => ({ product_id: PRODUCT, quantity: 1 }), oneMore('quantity')),
  row(
    'update_cart_quantity',
    async (retail) => {
      await fillCart(retail, 1)
      return { product_id: PRODUCT, quantity: ++quantities }
    },
    oneMore('quantity'),
    { rewrites: cartVisit },
  ),
  row(
    'remove_from_cart',
    async (retail) => {
      await fillCart(retail, 1)
      return { product_id: PRODUCT }
    },
    () => ({ product_id: 4 }),
    { rewrites: cartVisit },
  ),
  row(
    'apply_coupon',
    async (retail) => {
      await fillCart(retail, 5)
      return { code: 'MEOW5' }
    },
    otherText('code'),
    { rewrites: cartVisit },
  ),
  row(
    'preview_checkout',
    async (retail) => {
      await fillCart(retail, ++quantities)
      return {}
    },
    () => ({ shipping_option: 'express' }),
  ),
  row(
    'checkout',
    async (retail) => {
      await fillCart(retail, 2)
      const { checkout_id, total_minor } = await retail.must('catshop', 'preview_checkout', {}, WHO)
      return { checkout_id, confirm_total_minor: total_minor }
    },
    oneMore('confirm_total_minor'),
    { varies: 'already_placed' },
  ),
  row('order_product', async () => ({ product_id: PRODUCT, quantity: 1 }), oneMore('quantity')),
  row(
    'cancel_my_order',
    async (retail) => ({ order_id: await ordered(retail), reason: 'Changed my mind' }),
    otherText('reason'),
  ),
  row(
    'write_product_review',
    async () => ({ product_id: PRODUCT, rating: 5, review_text: `Fine, ${++quantities}` }),
    otherText('review_text'),
    { rewrites: ['review.updated_at'] },
  ),
  row(
    'initiate_return',
    async (retail) => ({ order_id: await deliveredOrder(retail), reason: `Too small ${++quantities}` }),
    otherText('reason'),
  ),
  row(
    'file_claim',
    async (retail) => ({
      order_id: await deliveredOrder(retail),
      type: 'damaged',
      statement: `Broken ${++quantities}`,
    }),
    otherText('statement'),
  ),
]
