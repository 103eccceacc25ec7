import { startWorkflows } from '@backroom/workflows'
import type { Tables } from './database-tables.ts'
import { DEMAND_BATCH, foldDemand } from './demand.ts'
import { cancelOrder } from './workflows/cancel-order.ts'
import { captureOverdue, captureShipment } from './workflows/capture-shipment.ts'
import { checkout } from './workflows/checkout.ts'
import { claimPay } from './workflows/claim-pay.ts'
import { closeFinishedOrders } from './workflows/close-orders.ts'
import { editOrder } from './workflows/edit-order.ts'
import { holdAgain } from './workflows/hold-again.ts'
import { returnLatePayment } from './workflows/late-payment.ts'
import { lostParcel } from './workflows/lost-parcel.ts'
import { placeOrder } from './workflows/place-order.ts'
import { recallLot } from './workflows/recall-lot.ts'
import { nightlyReconciliation, reconcileOrder } from './workflows/reconcile.ts'
import { retryFailedFacts } from './workflows/retry-facts.ts'
import { returnRefund } from './workflows/return-refund.ts'
import { endHold } from './workflows/risk-hold.ts'
import { routeOrder } from './workflows/route-order.ts'
import { shipParcel } from './workflows/ship-parcel.ts'
import { shortPick } from './workflows/short-pick.ts'
import { withdrawParcel } from './workflows/withdraw-parcel.ts'

/** Every process of this server and what it does by the clock. */
export const processes = startWorkflows<Tables>({
  workflows: [
    checkout,
    placeOrder,
    editOrder,
    cancelOrder,
    routeOrder,
    endHold,
    holdAgain,
    returnLatePayment,
    shortPick,
    captureShipment,
    shipParcel,
    withdrawParcel,
    lostParcel,
    returnRefund,
    claimPay,
    recallLot,
    reconcileOrder,
  ],
  schedules: [
    retryFailedFacts,
    captureOverdue,
    closeFinishedOrders,
    nightlyReconciliation,
    {
      name: 'fold_demand',
      cron: '* * * * *',
      async run(steps) {
        for (let round = 1; (await steps.transaction(`fold_${round}`, foldDemand)) === DEMAND_BATCH; round++);
      },
    },
  ],
})
