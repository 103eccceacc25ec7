import { defineResource } from '../define.ts'
import { readDemand } from '../demand-report.ts'
import { salesRegions } from '../sales-region.ts'
import { requireStaff } from '../viewer.ts'

const MOST = 100

export const demandWeek = defineResource({
  name: 'demand_7d',
  title: 'Demand of seven days',
  description: `The orders feed: the ${MOST} SKUs that were ordered most in the last seven days, everywhere or where the orders of a region went. get_demand reads further.`,
  uri: 'orders://demand/7d{?region}',
  scope: 'oms:read',
  complete: {
    region: async (typed, { db }) => (await salesRegions(db)).filter((region) => region.startsWith(typed)),
  },
  read: ({ region }, { db, caller }) => {
    requireStaff(caller)
    return readDemand(db, { region, days: 7, groupBy: ['sku'], orderBy: 'qty' }, { limit: MOST })
  },
})
