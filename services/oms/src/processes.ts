import { startWorkflows } from '@backroom/workflows'
import type { Tables } from './database-tables.ts'
import { DEMAND_BATCH, foldDemand } from './demand.ts'
import { cancelOrder } from './workflows/cancel-order.ts'
import { captureShipment } from './workflows/capture-shipment.ts'
import { checkout } from './workflows/checkout.ts'
import { editOrder } from './workflows/edit-order.ts'
import { holdAgain } from './workflows/hold-again.ts'
import { returnLatePayment } from './workflows/late-payment.ts'
import { placeOrder } from './workflows/place-order.ts'
import { nightlyReconciliation, reconcileOrder } from './workflows/reconcile.ts'
import { retryFailedFacts } from './workflows/retry-facts.ts'
import { endHold } from './workflows/risk-hold.ts'
import { routeOrder } from './workflows/route-order.ts'
import { shortPick } from './workflows/short-pick.ts'

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
    reconcileOrder,
  ],
  schedules: [
    retryFailedFacts,
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
