import type { Schedule } from '@backroom/workflows'
import { closeOrders } from '../completion.ts'
import type { Tables } from '../database-tables.ts'

const BATCH = 500

/** Every hour: orders whose return window is over are closed. */
export const closeFinishedOrders: Schedule<Tables> = {
  name: 'close_orders',
  cron: '0 40 * * * *',
  async run(steps) {
    for (let round = 1; (await steps.transaction(`close_${round}`, (db) => closeOrders(db, BATCH))) === BATCH; round++);
  },
}
