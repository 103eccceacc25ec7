import { defineResource } from '../define.ts'
import { oldestHolds } from '../hold.ts'
import { requireStaff } from '../viewer.ts'

const MOST = 100

export const holds = defineResource({
  name: 'holds',
  title: 'Open holds',
  description: `The ${MOST} oldest open holds: the orders that somebody has to look at.`,
  uri: 'orders://holds',
  scope: 'oms:read',
  subscribable: true,
  read: async (_, { db, caller }) => {
    requireStaff(caller)
    const items = await oldestHolds(db, MOST)
    return {
      items: items.map(({ id, order_id, number, kind, reason, placed_by, placed_at }) => ({
        hold_id: id,
        order_id,
        number,
        kind,
        reason_untrusted: reason,
        placed_by,
        placed_at: placed_at.toISOString(),
      })),
    }
  },
})
