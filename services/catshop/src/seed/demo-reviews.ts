import { type DemoOrder, demoCustomers, demoProducts, type SeededRandom, seededRandom } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from '../database-tables.ts'

type ReviewRow = Insertable<Tables['review']>

const DAY_MS = 86_400_000
const OPINIONS = 160

const opinions: Record<number, readonly string[]> = {
  5: [
    'Exactly what I hoped for. I would buy it again tomorrow.',
    'Better made than it looks in the picture, and it arrived early.',
    'I bought one for myself and came back for a second as a gift.',
    'Three weeks of daily use and not a single complaint.',
    'Simple, sturdy, and the whole family likes it.',
    'The nicest thing I have ordered this year.',
    'My cat approves, which is the only review that counts in this house.',
  ],
  4: [
    'Very good for the price. One star less because the manual is thin.',
    'Does what it says. The colour is a little darker than shown.',
    'Solid quality, only the packaging could be smaller.',
    'Happy with it, though it took a day longer than promised.',
    'Good, and it would be great if it came in more sizes.',
  ],
  3: [
    'It is fine. Neither bad nor special.',
    'Works, but I expected a bit more at this price.',
    'Good idea, average finish.',
    'Took some getting used to. Now it is all right.',
  ],
  2: [
    'Smaller than I thought; check the measurements first.',
    'It works, but one part was loose when it arrived.',
    'Not quite as described, though support was friendly.',
  ],
  1: ['Stopped working after a week. I am sending it back.', 'Not for me. The material feels cheap.'],
}

/** Reviews of delivered purchases, and some by customers who know a product from elsewhere. */
export function demoReviews(orders: DemoOrder[], today: Date): ReviewRow[] {
  const random = seededRandom(7)
  return [...purchaseReviews(orders, today, random), ...otherReviews(today, random)]
}

function purchaseReviews(orders: DemoOrder[], today: Date, random: SeededRandom): ReviewRow[] {
  return orders.flatMap(({ orderId, customer, lines, deliveredAt }) =>
    lines.flatMap(({ productId }) => {
      if (!deliveredAt || random.next() > 0.65) return []
      const written = Math.min(deliveredAt.getTime() + random.integer(1, 6) * DAY_MS, today.getTime())
      return [review(customer.customerId, productId, orderId, written, random)]
    }),
  )
}

function otherReviews(today: Date, random: SeededRandom): ReviewRow[] {
  const reviews = new Map<string, ReviewRow>()
  while (reviews.size < OPINIONS) {
    const { customerId } = random.pick(demoCustomers)
    const { productId } = random.pick(demoProducts)
    const written = today.getTime() - random.integer(3, 300) * DAY_MS - random.integer(0, DAY_MS)
    reviews.set(`${customerId} ${productId}`, review(customerId, productId, null, written, random))
  }
  return [...reviews.values()]
}

function review(
  customerId: string,
  productId: string,
  orderId: string | null,
  writtenAt: number,
  random: SeededRandom,
): ReviewRow {
  const rating = random.pick([5, 5, 5, 5, 5, 5, 4, 4, 4, 4, 3, 3, 2, 1])
  return {
    review_id: `rev_${ulid(writtenAt, random.next)}`,
    customer_id: customerId,
    product_id: productId,
    order_id: orderId,
    rating,
    text_untrusted: random.pick(opinions[rating] ?? []),
    status: 'published',
    created_at: new Date(writtenAt),
    updated_at: new Date(writtenAt),
  }
}
