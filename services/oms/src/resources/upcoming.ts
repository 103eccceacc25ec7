import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineResource } from '../define.ts'
import { WarehouseId } from '../identifiers.ts'
import { upcomingOrders } from '../upcoming.ts'
import { viewerOf } from '../viewer.ts'

const FIRST = 100
const Query = z.object({
  warehouse: WarehouseId.optional(),
  before: z.union([z.iso.datetime(), z.iso.date()]).optional(),
})

export const upcoming = defineResource({
  name: 'upcoming',
  title: 'Upcoming orders',
  description: `The ${FIRST} most urgent orders that have to leave a warehouse, with their risk of being late. list_upcoming_orders reads further.`,
  uri: 'orders://upcoming{?warehouse,before}',
  scope: 'oms:read',
  subscribable: true,
  read: ({ warehouse, before }, { db, caller }) => {
    const query = Query.safeParse({ warehouse, before })
    if (!query.success)
      throw new BusinessError('invalid_argument', 'before is a day or an ISO moment, warehouse an id.')
    const { customerId } = viewerOf(caller)
    return upcomingOrders(
      db,
      { warehouse: query.data.warehouse, dueBefore: query.data.before, customerId },
      { limit: FIRST },
    )
  },
})
