import { defineResource } from '../define.ts'
import { listDrivers } from '../driver.ts'
import { driverViews } from '../driver-view.ts'
import { DRIVERS_URI } from '../uris.ts'

const MOST = 100

export const drivers = defineResource({
  name: 'drivers',
  title: 'Drivers',
  description: `Drivers with the hours that they have left today; the first ${MOST}, more by list_drivers.`,
  uri: DRIVERS_URI,
  scope: 'tms:read',
  subscribable: true,
  read: async (_, { db }) => {
    const { items } = await listDrivers(db, {}, { limit: MOST })
    return { items: await driverViews(db, items, undefined, 'concise') }
  },
})
