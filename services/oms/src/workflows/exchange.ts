import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { addAdjustments } from '../adjustment.ts'
import type { Owed } from '../compensation.ts'
import type { Tables } from '../database-tables.ts'
import { EXCHANGE } from '../exchange-credit.ts'
import { placeHold } from '../hold.ts'
import { createOrder, getOrder, lockOrder, type NewOrder, newOrderId } from '../order.ts'
import { type NewLine, paidMinor } from '../order-line.ts'
import { recordEvents } from '../timeline.ts'
import { giveStock } from './fulfil-order.ts'
import { createPaymentLink } from './payment-calls.ts'
import { type SkuQuantity, sumBySku } from './sku-quantity.ts'
import { releaseStock, reserveStock } from './stock-calls.ts'

/** An order that a customer gets for goods sent back or claimed. */
export interface Replacement {
  orderId: string
  /** What of the owed amount pays for it; minor units. */
  creditedMinor: number
  /** Where the customer may pay what it costs more. */
  paymentUrl?: string
}

interface Plan {
  order: Omit<NewOrder, 'payment' | 'couponCode'> & { orderId: string; checkoutId: string }
  region: string
  creditedMinor: number
  dueMinor: number
}

const MOMENT_SECONDS = 600

/**
 * Places the order of a replacement and gives it its stock. What was owed pays for it; what it costs more is never charged:
 * the order waits until the customer has paid by a link. Past the pivot once the order is placed.
 *
 * @param price what the replacement is worth, line by line
 * @throws {BusinessError} insufficient_stock; conflict when the stock was gone after all, and nothing is sent
 */
export async function replaceGoods(
  steps: Steps<Tables>,
  owed: Owed,
  price: (db: Kysely<Tables>) => Promise<NewLine[]>,
): Promise<Replacement> {
  const plan = await steps.transaction('plan_replacement', async (db) => planFor(db, owed, await price(db)))
  const { orderId, checkoutId, lines } = plan.order
  steps.undo('release', (undo) => releaseStock(undo, 'release', checkoutId))
  const units: SkuQuantity[] = sumBySku(lines)
  await reserveStock(steps, 'reserve', {
    ...{ orderRef: checkoutId, lines: units, region: plan.region, ttlSeconds: MOMENT_SECONDS },
  })
  await steps.transaction('place_replacement', (db) => place(db, owed, plan))
  steps.pivot()
  const link = plan.dueMinor > 0 ? await offerToPay(steps, owed, plan) : undefined
  await giveStock(steps, { orderId, checkoutId, lines: units, region: plan.region })
  const { status } = await steps.transaction('replacement', async (db) => {
    const order = await getOrder(db, orderId)
    return { status: order.status }
  })
  if (status === 'cancelled') throw new BusinessError('conflict', 'What was to be sent instead is out of stock.')
  return { orderId, creditedMinor: plan.creditedMinor, ...(link ? { paymentUrl: link } : {}) }
}

/** The same goods again, worth what is owed for them. */
export async function sameAgain(db: Kysely<Tables>, { orderId, lines }: Owed): Promise<NewLine[]> {
  const goods = lines.filter(({ qty }) => qty > 0)
  return Promise.all(goods.map(async ({ sku, qty, minor }) => lineWorth(await articleOf(db, orderId, sku), qty, minor)))
}

/**
 * Goods that a customer chose: units of what was sent back are worth what is owed for them, so that an even exchange costs
 * nothing; others cost what they were last sold for.
 *
 * @throws {BusinessError} not_found for a SKU that was never sold
 */
export async function chosenGoods(
  db: Kysely<Tables>,
  { orderId, lines }: Owed,
  wanted: readonly SkuQuantity[],
): Promise<NewLine[]> {
  return Promise.all(
    sumBySku(wanted).map(async ({ sku, qty }) => {
      const article = await articleOf(db, orderId, sku)
      const same = lines.filter((line) => line.sku === sku)
      const back = same.reduce((sum, line) => sum + line.qty, 0)
      const even = same.reduce((sum, line) => sum + line.minor, 0)
      if (qty === back) return lineWorth(article, qty, even)
      return lineWorth(article, qty, qty * (back > 0 ? Math.floor(even / back) : article.price_minor))
    }),
  )
}

interface Article {
  sku: string
  product_id: string
  title: string
  price_minor: number
}

/** How a SKU was last sold, in the order itself before any other; its price includes tax. */
async function articleOf(db: Kysely<Tables>, orderId: string, sku: string): Promise<Article> {
  const { currency } = await getOrder(db, orderId)
  const sold = db
    .selectFrom('order_line')
    .innerJoin('orders', 'orders.id', 'order_line.order_id')
    .select(['sku', 'product_id', 'title', 'unit_minor', 'order_line.tax_minor', 'qty_ordered'])
    .where('sku', '=', sku)
    .orderBy('order_line.placed_at', 'desc')
    .limit(1)
  const last =
    (await sold.where('order_id', '=', orderId).executeTakeFirst()) ??
    (await sold.where('currency', '=', currency).executeTakeFirst())
  if (!last) throw new BusinessError('not_found', `${sku} has never been sold here, so its price is not known.`)
  const { unit_minor, tax_minor, qty_ordered, ...article } = last
  return { ...article, price_minor: unit_minor + Math.floor(tax_minor / qty_ordered) }
}

function lineWorth({ sku, product_id, title }: Article, qty: number, worthMinor: number): NewLine {
  const unitMinor = Math.floor(worthMinor / qty)
  const amounts = { unitMinor, discountMinor: 0, shippingMinor: 0, taxMinor: worthMinor - qty * unitMinor }
  return { sku, productId: product_id, title, qty, ...amounts }
}

async function planFor(db: Kysely<Tables>, owed: Owed, lines: NewLine[]): Promise<Plan> {
  const before = await getOrder(db, owed.orderId)
  const total = lines.reduce((sum, line) => sum + paidMinor(line), 0)
  const creditedMinor = Math.min(total, owed.amountMinor)
  return {
    order: {
      orderId: newOrderId(),
      checkoutId: `xch_${owed.sourceId}`,
      channel: 'replacement',
      source: 'manual',
      customer: { customerId: before.customer_id },
      currency: owed.currency,
      lines,
      shipTo: before.ship_to,
      shippingOption: before.shipping_option,
      actor: 'orders',
    },
    region: before.region,
    creditedMinor,
    dueMinor: total - creditedMinor,
  }
}

async function place(db: Kysely<Tables>, owed: Owed, { order, creditedMinor, dueMinor }: Plan): Promise<void> {
  await createOrder(db, order)
  const placed = await lockOrder(db, order.orderId)
  const { source, sourceId, number, orderId } = owed
  const kind = source === 'rma' ? 'return' : 'claim'
  const paid = { kind, orderLineId: null, qty: 0, amountMinor: 0 - creditedMinor, reason: number } as const
  const credited = await addAdjustments(db, placed, [{ ...paid, source: EXCHANGE, sourceId }])
  if (dueMinor > 0)
    await placeHold(db, credited, {
      kind: 'payment',
      reason: 'The customer has not paid the difference yet',
      actor: 'orders',
    })
  await recordEvents(db, [
    { orderId, type: 'order.replaced', actor: 'orders', data: { for: number, by: placed.number } },
    {
      orderId: placed.id,
      type: 'order.replaces',
      actor: 'orders',
      data: { for: number, credited_minor: creditedMinor },
    },
  ])
}

async function offerToPay(steps: Steps<Tables>, owed: Owed, { order, dueMinor }: Plan): Promise<string> {
  const { orderId, checkoutId } = order
  const { url } = await createPaymentLink(steps, 'payment_link', {
    ...{ checkoutId, orderId, customerId: owed.customerId, amountMinor: dueMinor, currency: owed.currency },
    reason: `Difference for ${owed.number}`,
  })
  const data = { url, amount_minor: dueMinor, currency: owed.currency }
  await steps.transaction('offered', (db) =>
    recordEvents(db, [{ orderId, type: 'payment.link_created', actor: 'orders', data }]),
  )
  return url
}
