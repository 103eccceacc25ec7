import { dayOf } from '@backroom/calendar'
import { defineWorkflow, enqueue, type Schedule } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { getOrder } from '../order.ts'
import { differencesOf, keepDifferences, readForReconciliation, unfinished } from '../reconciliation.ts'
import { parcelsOfOrder } from './carrier-calls.ts'
import { paymentOfOrder } from './payment-calls.ts'
import { reservationOf } from './stock-calls.ts'

/** Compares one order with inventory, payments and logistics, and keeps what differs. */
export const reconcileOrder = defineWorkflow<Tables>()({
  name: 'reconcile_order',
  kind: 'reconcile',
  async run({ orderId }: { orderId: string }, steps): Promise<void> {
    steps.pivot()
    const busy = await steps.transaction(
      'busy',
      async (db) => (await unfinished(db, await getOrder(db, orderId))).length > 0,
    )
    if (busy) return
    const stock = await reservationOf(steps, 'stock', orderId)
    const payment = await paymentOfOrder(steps, 'payment', orderId)
    const parcels = steps.isDeployed('tms') ? await parcelsOfOrder(steps, 'parcels', orderId) : undefined
    await steps.transaction('keep', async (db) => {
      const order = await getOrder(db, orderId)
      if ((await unfinished(db, order)).length > 0) return
      const view = await readForReconciliation(db, order)
      await keepDifferences(db, orderId, differencesOf(view, { stock, payment, parcels }))
    })
  },
})

/** Orders compared in one transaction's worth of work. */
const BATCH = 500

/** Every night: all orders to which something happened since the night before, and those that differed. */
export const nightlyReconciliation: Schedule<Tables> = {
  name: 'nightly_reconciliation',
  cron: '0 30 2 * * *',
  async run(steps) {
    const day = dayOf(await steps.now())
    for (let [after, round] = ['', 1]; ; round++) {
      const last: string | null = await steps.transaction(`begin_${round}`, (db) => beginBatch(db, day, after))
      if (last === null) return
      after = last
    }
  },
}

/** @returns the last order id of the batch; null when there was none */
async function beginBatch(db: Kysely<Tables>, day: string, after: string): Promise<string | null> {
  const { rows } = await sql<{ order_id: string }>`
    select distinct order_id from (
      select order_id from order_event where recorded_at > now() - interval '25 hours' and order_id > ${after}
      union all select order_id from order_difference where order_id > ${after}) changed
    order by order_id limit ${BATCH}`.execute(db)
  for (const { order_id: orderId } of rows)
    await enqueue(db, reconcileOrder, {
      id: `reconcile:${day}:${orderId}`,
      subject: orderId,
      input: { orderId },
      startedBy: 'orders',
    })
  return rows.at(-1)?.order_id ?? null
}
