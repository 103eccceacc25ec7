import { priceLines, type Quote } from '@backroom/money'
import { ulid } from 'ulid'
import { type DemoCustomer, demoCustomers } from './customers.ts'
import { demoPaymentMethods } from './payment-methods.ts'
import { type DemoProduct, demoProducts } from './products.ts'
import { type SeededRandom, seededRandom } from './seeded-random.ts'
import { demoTaxRates } from './tax-rates.ts'

/** A line of a demo order; amounts in minor units, adding up to the order's totals. */
export interface DemoOrderLine {
  orderLineId: string
  /** From 1. */
  line: number
  productId: string
  sku: string
  name: string
  quantity: number
  unitPriceMinor: number
  discountMinor: number
  shippingMinor: number
  taxMinor: number
  paidMinor: number
}

/**
 * An order of the past six weeks, as every server of the demo knows it: orders its lines and states, payments what was
 * authorised and captured, inventory what is still to be picked.
 */
export interface DemoOrder {
  orderId: string
  number: string
  checkoutId: string
  paymentId: string
  customer: DemoCustomer
  paymentMethod: string
  couponCode: string | null
  currency: string
  subtotalMinor: number
  discountMinor: number
  shippingMinor: number
  taxMinor: number
  totalMinor: number
  lines: DemoOrderLine[]
  /** Where it is picked; one shipment holds the whole order. */
  warehouse: string
  shipmentRef: string
  placedAt: Date
  /** Authorised until shipped, captured from then on, voided when cancelled. */
  status: 'processing' | 'completed' | 'cancelled'
  shippedAt: Date | null
  deliveredAt: Date | null
  cancelledAt: Date | null
  cancelReason: string | null
}

const DAY_MS = 86_400_000
const HOUR_MS = 3_600_000
const DAYS = 42
/** Customers who used their welcome coupon; the others still can. */
const welcomed = new Set(['cust-006', 'cust-007', 'cust-008', 'cust-009'])
const nearest: Record<string, string> = { CA: 'WH-1', OR: 'WH-1', WA: 'WH-1', GA: 'WH-3', MD: 'WH-3' }

/**
 * Orders of the 42 days before a day, oldest first: the same for the same day, on every server.
 *
 * @param today any moment of the day; UTC counts
 */
export function demoOrders(today: Date): DemoOrder[] {
  const random = seededRandom(42)
  const start = Math.floor(today.getTime() / DAY_MS) * DAY_MS
  const orders: DemoOrder[] = []
  for (let daysAgo = DAYS; daysAgo >= 1; daysAgo--) {
    const hours = Array.from({ length: random.integer(2, 6) }, () => random.integer(7, 22) + random.next())
    for (const hour of hours.sort((a, b) => a - b)) {
      const customer = demoCustomers[orders.length % demoCustomers.length] as DemoCustomer
      const placedAt = new Date(start - daysAgo * DAY_MS + Math.floor(hour * HOUR_MS))
      const first = !orders.some((order) => order.customer === customer)
      const couponCode = first && welcomed.has(customer.customerId) ? 'WELCOME10' : null
      const number = `ORD-${placedAt.getUTCFullYear()}-${String(orders.length + 1).padStart(6, '0')}`
      orders.push({
        number,
        ...placed(customer, placedAt, couponCode, random),
        ...stateAfter(daysAgo, placedAt, random),
      })
    }
  }
  return orders
}

function placed(customer: DemoCustomer, placedAt: Date, couponCode: string | null, random: SeededRandom) {
  const id = (prefix: string) => `${prefix}_${ulid(placedAt.getTime(), random.next)}`
  const { lines, ...totals } = quoteOf(basket(random), customer, couponCode !== null)
  return {
    orderId: id('ord'),
    checkoutId: id('chk'),
    paymentId: id('pay'),
    shipmentRef: id('shp'),
    customer,
    paymentMethod: (demoPaymentMethods[0] as { token: string }).token,
    couponCode,
    ...totals,
    lines: lines.map((line, index) => ({ ...line, orderLineId: id('oln'), line: index + 1 })),
    warehouse: nearest[customer.address.region] ?? 'WH-2',
    placedAt,
  }
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

type State = Pick<DemoOrder, 'status' | 'shippedAt' | 'deliveredAt' | 'cancelledAt' | 'cancelReason'>

/** Two days to be picked, four on the road, then delivered; a few are cancelled at once. */
function stateAfter(daysAgo: number, placedAt: Date, random: SeededRandom): State {
  const never = { shippedAt: null, deliveredAt: null, cancelledAt: null, cancelReason: null }
  const after = (hours: number) => new Date(placedAt.getTime() + hours * HOUR_MS)
  if (random.next() < 0.05)
    return { ...never, status: 'cancelled', cancelledAt: after(3), cancelReason: 'Ordered by mistake' }
  if (daysAgo <= 2) return { ...never, status: 'processing' }
  const shipped = { ...never, shippedAt: after(20) }
  if (daysAgo <= 6) return { ...shipped, status: 'processing' }
  return { ...shipped, status: 'completed', deliveredAt: after(24 * random.integer(3, 5)) }
}
