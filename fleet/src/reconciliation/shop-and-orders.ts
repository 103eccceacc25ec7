import { begunCheckouts, readSessions, type SessionBooks } from '@backroom/catshop/reconcile'
import { ordersOfCheckouts } from '@backroom/oms/reconcile'
import { subjectsUnderWay } from '@backroom/workflows/reconcile'
import { compareItems, defineCheck } from './check.ts'

type PlacedOrder = Awaited<ReturnType<typeof ordersOfCheckouts>>[number]

/** What the shop told its customers, against the orders that exist. */
export const shopAndOrders = defineCheck({
  name: 'checkouts of the shop against orders',
  needs: ['catshop', 'oms'],
  run: ({ catshop, oms }) =>
    compareItems([(after, limit) => begunCheckouts(catshop, after, limit)], async (ids) => {
      const sessions = await readSessions(catshop, ids)
      const orders = await ordersOfCheckouts(oms, ids)
      const busy = await subjectsUnderWay(oms, ids)
      return sessions.flatMap((session) => {
        const { checkout_id: id, status, overdue } = session
        const says = problemOf(
          session,
          orders.find(({ checkout_id }) => checkout_id === id),
        )
        if (!says) return []
        const isRunning = status === 'complete_in_progress' || status === 'requires_escalation'
        return [
          {
            ...{ id, subject: `checkout ${id}`, says },
            underWay: busy.has(id) || (isRunning && !overdue),
            todo: `Look at get_saga of the checkout and at search_orders of customer ${session.customer_id}; tell the customer how it ended.`,
          },
        ]
      })
    }),
})

function problemOf(session: SessionBooks, order: PlacedOrder | undefined): string | undefined {
  const { status, order_ref, customer_id, total_minor, currency, overdue } = session
  switch (status) {
    case 'completed': {
      if (!order) return `the shop says it became order ${order_ref}, and there is no such order`
      const agreed = `${order_ref} of ${customer_id}: ${total_minor} ${currency}`
      const placed = `${order.id} of ${order.customer_id}: ${order.grand_minor} ${order.currency}`
      return agreed === placed ? undefined : `the shop says ${agreed}, orders says ${placed}`
    }
    case 'canceled':
      return order && `the shop says nothing was ordered, and there is order ${order.id}`
    default:
      if (order) return `order ${order.id} exists, and the shop has not told its customer`
      return overdue ? 'it began half an hour ago and has not ended' : undefined
  }
}
