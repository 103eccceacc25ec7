import { BusinessError } from '@backroom/mcp-service'
import { defineResource } from '../define.ts'
import { readDemand } from '../demand-report.ts'
import { Sku } from '../identifiers.ts'
import { requireStaff } from '../viewer.ts'

const DAYS = 28
/** As many days in as many warehouses and regions as one document may hold. */
const MOST = 1_000

export const skuDemand = defineResource({
  name: 'sku_demand',
  title: 'Demand of a SKU',
  description: `Units of a SKU ordered per day, region and warehouse in the last ${DAYS} days.`,
  uri: 'orders://sku/{sku}/demand',
  scope: 'oms:read',
  read: ({ sku }, { db, caller }) => {
    requireStaff(caller)
    const known = Sku.safeParse(sku)
    if (!known.success) throw new BusinessError('invalid_argument', `${sku} is not a SKU.`)
    return readDemand(
      db,
      { skus: [known.data], days: DAYS, groupBy: ['region', 'warehouse', 'day'], orderBy: 'key' },
      { limit: MOST },
    )
  },
})
