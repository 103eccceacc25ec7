import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { demoCustomers, demoOrders } from '../src/index.ts'

const DAY_MS = 86_400_000
const today = new Date('2026-03-10T09:30:00Z')

describe('the demo orders', () => {
  it('are the same at any time of the same day', () => {
    assert.deepEqual(demoOrders(today), demoOrders(new Date('2026-03-10T23:59:59Z')))
  })

  it('cover six weeks in order, end before today and give every customer orders', () => {
    const orders = demoOrders(today)
    const times = orders.map(({ placedAt }) => placedAt.getTime())
    assert.deepEqual(
      times,
      times.toSorted((a, b) => a - b),
    )
    assert.ok(Math.max(...times) < Date.parse('2026-03-10T00:00:00Z'))
    assert.ok(Math.min(...times) < today.getTime() - 40 * DAY_MS)
    for (const customer of demoCustomers) assert.ok(orders.filter((order) => order.customer === customer).length >= 5)
    assert.equal(new Set(orders.map(({ number }) => number)).size, orders.length)
  })

  it('have every state, and something is left to be picked', () => {
    const orders = demoOrders(today)
    assert.deepEqual([...new Set(orders.map(({ status }) => status))].sort(), ['cancelled', 'completed', 'processing'])
    assert.ok(orders.some(({ shippedAt, cancelledAt }) => !shippedAt && !cancelledAt))
  })

  it('have lines that add up to their totals', () => {
    for (const order of demoOrders(today)) {
      const paid = order.lines.reduce((sum, line) => sum + line.paidMinor, 0)
      assert.equal(paid, order.totalMinor)
    }
  })
})
