import type { Schedule } from '@backroom/workflows'
import { sql } from 'kysely'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { followShifts } from '../driver-shifts.ts'
import { reportLost } from '../lost-parcels.ts'
import { DRIVERS_URI, EXCEPTIONS_URI, shipmentUri } from '../uris.ts'

/** What time alone calls for. */
export const schedules: Schedule<Tables>[] = [
  {
    name: 'report_lost_parcels',
    cron: '*/30 * * * * *',
    async run(steps) {
      const ids = await steps.transaction('report', reportLost)
      if (ids.length > 0) announce(EXCEPTIONS_URI, ...ids.map(shipmentUri))
    },
  },
  {
    name: 'follow_shifts',
    cron: '10,40 * * * * *',
    async run(steps) {
      if ((await steps.transaction('follow', followShifts)) > 0) announce(DRIVERS_URI)
    },
  },
  {
    name: 'keep_positions',
    cron: '20 * * * *',
    run: (steps) => steps.transaction('keep', async (db) => void (await sql`select keep_positions()`.execute(db))),
  },
]
