import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { demoCustomers } from '@backroom/demo-data'
import { demoHistory } from '../src/seed/demo-history.ts'
import { demoReviews } from '../src/seed/demo-reviews.ts'

const today = new Date('2026-03-10T00:00:00Z')

describe('the demo history', () => {
  it('is the same for the same day', () => {
    const [first, second] = [demoHistory(today), demoHistory(today)]
    assert.deepEqual(first, second)
    assert.deepEqual(demoReviews(first, today), demoReviews(second, today))
  })

  it('covers six weeks, ends before today and gives every demo customer orders in several states', () => {
    const { orders } = demoHistory(today)
    const times = orders.map((order) => order.placed_at.getTime())
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert.ok(Math.max(...times) < today.getTime())
    assert.ok(Math.min(...times) < today.getTime() - 40 * 86_400_000)
    for (const { customerId } of demoCustomers)
      assert.ok(orders.filter((order) => order.customer_id === customerId).length >= 5)
    assert.deepEqual([...new Set(orders.map((order) => order.fulfillment_status))].sort(), [
      'delivered',
      'shipped',
      'unfulfilled',
    ])
  })

  it('reviews only what was delivered, after it was delivered', () => {
    const history = demoHistory(today)
    const delivered = new Map(history.orders.map((order) => [order.order_id, order.delivered_at]))
    for (const review of demoReviews(history, today)) {
      if (!review.order_id) continue
      const at = delivered.get(review.order_id)
      assert.ok(at && new Date(review.created_at ?? 0) >= at)
    }
  })
})
