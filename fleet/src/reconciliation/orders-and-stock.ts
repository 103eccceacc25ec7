import { type CheckoutBooks, orderIds, readCheckouts, readOrders, stockDifferences } from '@backroom/oms/reconcile'
import { type KeptUnits, keptReferences, keptUnits } from '@backroom/wms/reconcile'
import { subjectsUnderWay } from '@backroom/workflows/reconcile'
import { compareItems, defineCheck, type Suspicion } from './check.ts'

/** Units that orders count as to be sent and sent, against what inventory keeps and has handed over; both ways. */
export const ordersAndStock = defineCheck({
  name: 'orders against stock: units to send, units sent',
  needs: ['oms', 'wms'],
  run: ({ oms, wms }) =>
    compareItems(
      [(after, limit) => orderIds(oms, after, limit), (after, limit) => keptReferences(wms, after, limit)],
      async (ids) => {
        const [orders, kept, checkouts] = await Promise.all([
          readOrders(oms, ids),
          keptUnits(wms, ids),
          readCheckouts(oms, ids),
        ])
        const related = [...ids, ...checkouts.flatMap(({ id, order_id }) => [id, order_id])]
        const busy = new Set([...(await subjectsUnderWay(oms, related)), ...(await subjectsUnderWay(wms, ids))])
        return ids.flatMap((id) => {
          const units = kept.get(id) ?? []
          const order = orders.get(id)
          if (!order) {
            const checkout = checkouts.find((one) => one.id === id)
            return ofStranger(id, units, checkout, busy.has(id) || busy.has(checkout?.order_id ?? ''))
          }
          const { number, checkout_id } = order.order
          const underWay = order.expectsFacts || busy.has(id) || busy.has(checkout_id ?? '')
          return stockDifferences(order, { reservations: units }).map(
            ({ subject, expected, actual }): Suspicion => ({
              ...{ id, subject: `order ${number} (${id})`, underWay },
              says: `${subject.replace(/^stock\./, '')}: orders says ${expected}, inventory says ${actual}`,
              todo: `Compare get_order and reconcile_order of ${number}; is a process of it parked (get_saga)?`,
            }),
          )
        })
      },
    ),
})

/** Units that no order counts: a checkout under way may hold some, and people for a while. */
function ofStranger(
  id: string,
  units: readonly KeptUnits[],
  checkout: CheckoutBooks | undefined,
  underWay: boolean,
): Suspicion[] {
  const wrong = units.filter(({ state, overdue }) => state !== 'held' || overdue || checkout?.state === 'failed')
  return wrong.map(({ sku, qty, state }) => ({
    ...{ id, subject: `reservation of ${id}`, underWay },
    says: `inventory has ${qty} × ${sku} ${state}, and there is no such order`,
    todo:
      state === 'shipped'
        ? `Find out who sent it: get_stock_history of ${sku}.`
        : `If nobody needs them, free them: release_reservation ${id}.`,
  }))
}
