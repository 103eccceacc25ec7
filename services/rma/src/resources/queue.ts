import { defineResource } from '../define.ts'
import { MOST_ROWS, queueOf } from '../queue.ts'
import { completeFrom } from '../rma-search.ts'
import { requireStaff } from '../viewer.ts'

export const queue = defineResource({
  name: 'queue',
  title: 'Return queue',
  description: `What a warehouse has to do for returns: to decide, expected, to inspect, to resolve, units to dispose of; the oldest ${MOST_ROWS} of each.`,
  uri: 'returns://queue/{warehouse}',
  scope: 'rma:read',
  subscribable: true,
  complete: {
    warehouse: (typed, { db, caller }) => {
      requireStaff(caller)
      return completeFrom(db, 'warehouse', typed)
    },
  },
  read: ({ warehouse = '' }, { db, caller }) => {
    requireStaff(caller)
    return queueOf(db, warehouse)
  },
})
