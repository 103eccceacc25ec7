import { orderIds, parcelDifferences, readOrders } from '@backroom/oms/reconcile'
import { shipmentsFor } from '@backroom/tms/reconcile'
import { subjectsUnderWay } from '@backroom/workflows/reconcile'
import { compareItems, defineCheck, type Suspicion } from './check.ts'

/** Parcels that orders told logistics of, against what logistics says of them. */
export const ordersAndParcels = defineCheck({
  name: 'orders against logistics: parcels known, parcels delivered',
  needs: ['oms', 'tms'],
  run: ({ oms, tms }) =>
    compareItems([(after, limit) => orderIds(oms, after, limit)], async (ids) => {
      const [orders, shipments] = await Promise.all([readOrders(oms, ids), shipmentsFor(tms, ids)])
      const told = [...shipments.values()].flat()
      const reported = await subjectsUnderWay(
        tms,
        told.map(({ id }) => id),
      )
      const busy = await subjectsUnderWay(oms, ids)
      return [...orders].flatMap(([id, order]) => {
        const parcels = shipments.get(id) ?? []
        const underWay = order.expectsFacts || busy.has(id) || parcels.some((parcel) => reported.has(parcel.id))
        return parcelDifferences(order, { shipments: parcels }).map(
          ({ subject, expected, actual }): Suspicion => ({
            ...{ id, subject: `order ${order.order.number} (${id})`, underWay },
            says: `${subject}: orders says ${expected}, logistics says ${actual}`,
            todo: `Compare get_order_timeline of ${order.order.number} with track_shipment.`,
          }),
        )
      })
    }),
})
