import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { demoOrders } from '@backroom/demo-data'
import { demoReviews } from '../src/seed/demo-reviews.ts'

const today = new Date('2026-03-10T00:00:00Z')
const orders = demoOrders(today)

describe('what demo customers did after their purchases', () => {
  it('is the same for the same day', () => {
    assert.deepEqual(demoReviews(orders, today), demoReviews(demoOrders(today), today))
  })

  it('reviews only what was delivered, after it was delivered', () => {
    const delivered = new Map(orders.map((order) => [order.orderId, order.deliveredAt]))
    for (const review of demoReviews(orders, today)) {
      if (!review.order_id) continue
      const at = delivered.get(review.order_id)
      assert.ok(at && new Date(review.created_at ?? 0) >= at)
    }
  })
})
