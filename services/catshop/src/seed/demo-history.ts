import {
  type DemoCustomer,
  type DemoProduct,
  demoCustomers,
  demoProducts,
  demoTaxRates,
  type SeededRandom,
  seededRandom,
} from '@backroom/demo-data'
import { priceLines, type Quote } from '@backroom/money'
import type { Insertable } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from '../database-tables.ts'
import { linesOf } from '../order.ts'

type OrderRow = Omit<Insertable<Tables['orders']>, 'order_number'> & { placed_at: Date; delivered_at: Date | null }

/** Six weeks of the shop, oldest first. */
export interface DemoHistory {
  orders: OrderRow[]
  lines: Insertable<Tables['order_line']>[]
  redemptions: Insertable<Tables['coupon_redemption']>[]
  returns: {
    return_id: string
    order_id: string
    customer_id: string
    line: number
    reason_untrusted: string
    requested_at: Date
  }[]
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const DAYS = 42
const returnReasons = ['Too small for my cat', 'Changed my mind', 'Arrived with a scratch', 'Ordered the wrong colour']
/** Customers who used their welcome coupon; the others still can. */
const welcomed = new Set(['cust-006', 'cust-007', 'cust-008', 'cust-009'])

/** Orders of the 42 days before `today`, the same for the same day; every demo customer has some. */
export function demoHistory(today: Date): DemoHistory {
  const random = seededRandom(42)
  const history: DemoHistory = { orders: [], lines: [], redemptions: [], returns: [] }
  for (let daysAgo = DAYS; daysAgo >= 1; daysAgo--) {
    const hours = Array.from({ length: random.integer(1, 4) }, () => random.integer(7, 22) + random.next()).sort(
      (a, b) => a - b,
    )
    for (const hour of hours) {
      const customer = demoCustomers[history.orders.length % demoCustomers.length] as DemoCustomer
      const placedAt = new Date(today.getTime() - daysAgo * DAY_MS + Math.floor(hour * HOUR_MS))
      addOrder(history, customer, placedAt, daysAgo, random)
    }
  }
  addReturns(history, random)
  return history
}

function addOrder(
  history: DemoHistory,
  customer: DemoCustomer,
  placedAt: Date,
  daysAgo: number,
  random: SeededRandom,
): void {
  const orderId = `ord_${ulid(placedAt.getTime(), random.next)}`
  const first = !history.orders.some((order) => order.customer_id === customer.customerId)
  const couponCode = first && welcomed.has(customer.customerId) ? 'WELCOME10' : null
  const quote = quoteOf(basket(random), customer, couponCode !== null)
  history.orders.push({
    order_id: orderId,
    customer_id: customer.customerId,
    checkout_id: null,
    source: 'cart',
    ...stateAfter(daysAgo, placedAt, random),
    currency: quote.currency,
    subtotal_minor: quote.subtotalMinor,
    discount_minor: quote.discountMinor,
    shipping_minor: quote.shippingMinor,
    tax_minor: quote.taxMinor,
    total_minor: quote.totalMinor,
    coupon_code: couponCode,
    shipping_option: 'standard',
    payment_method: customer.paymentMethod,
    address_untrusted: JSON.stringify(customer.address),
    placed_at: placedAt,
  })
  history.lines.push(...linesOf(quote).map((line) => ({ order_id: orderId, ...line })))
  if (couponCode !== null)
    history.redemptions.push({ code: couponCode, order_id: orderId, customer_id: customer.customerId })
}

function basket(random: SeededRandom): Map<DemoProduct, number> {
  const products = new Map<DemoProduct, number>()
  for (let left = random.integer(1, 3); left > 0; left--) {
    const product = pickByPopularity(random)
    products.set(product, product.priceMinor < 3_000 ? random.integer(1, 3) : 1)
  }
  return products
}

const allPopularity = demoProducts.reduce((sum, product) => sum + product.popularity, 0)

function pickByPopularity(random: SeededRandom): DemoProduct {
  let mark = random.next() * allPopularity
  for (const product of demoProducts) {
    mark -= product.popularity
    if (mark <= 0) return product
  }
  return demoProducts[0] as DemoProduct
}

function quoteOf(products: Map<DemoProduct, number>, customer: DemoCustomer, welcome: boolean): Quote {
  const lines = [...products].map(([product, quantity]) => ({
    productId: product.productId,
    sku: product.sku,
    name: product.name,
    quantity,
    unitPriceMinor: product.priceMinor,
  }))
  const subtotal = lines.reduce((sum, line) => sum + line.quantity * line.unitPriceMinor, 0)
  return priceLines(lines, {
    currency: 'USD',
    discountMinor: welcome ? Math.round(subtotal / 10) : 0,
    shippingMinor: subtotal >= 5_000 ? 0 : 599,
    taxRate: demoTaxRates.find((rate) => rate.region === customer.address.region)?.rate ?? 0,
  })
}

function stateAfter(daysAgo: number, placedAt: Date, random: SeededRandom) {
  const never = { shipped_at: null, delivered_at: null, cancelled_at: null, cancel_reason_untrusted: null }
  const after = (hours: number) => new Date(placedAt.getTime() + hours * HOUR_MS)
  if (random.next() < 0.05) {
    const reason = { cancelled_at: after(3), cancel_reason_untrusted: 'Ordered by mistake' }
    return { ...never, ...reason, status: 'cancelled', fulfillment_status: 'unfulfilled' } as const
  }
  if (daysAgo <= 2) return { ...never, status: 'confirmed', fulfillment_status: 'unfulfilled' } as const
  const shipped = { ...never, shipped_at: after(20) }
  if (daysAgo <= 6) return { ...shipped, status: 'processing', fulfillment_status: 'shipped' } as const
  const delivered = { ...shipped, delivered_at: after(24 * random.integer(3, 5)) }
  return { ...delivered, status: 'completed', fulfillment_status: 'delivered' } as const
}

function addReturns(history: DemoHistory, random: SeededRandom): void {
  const delivered = history.orders.filter((order) => order.delivered_at !== null)
  for (const [index, reason] of returnReasons.entries()) {
    const order = delivered[Math.floor((delivered.length * (index + 1)) / (returnReasons.length + 1))]
    if (!order?.delivered_at) continue
    const requestedAt = new Date(order.delivered_at.getTime() + 6 * HOUR_MS)
    history.returns.push({
      return_id: `rma_${ulid(requestedAt.getTime(), random.next)}`,
      order_id: order.order_id,
      customer_id: order.customer_id,
      line: 1,
      reason_untrusted: reason,
      requested_at: requestedAt,
    })
  }
}
