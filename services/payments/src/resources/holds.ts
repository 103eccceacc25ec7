import { defineResource } from '../define.ts'
import { releaseAction } from '../hold.ts'
import { listHolds } from '../hold-list.ts'
import { holdView } from '../payment-view.ts'
import { HOLDS_URI } from '../uris.ts'

const LATEST = 100

export const holds = defineResource({
  name: 'holds',
  title: 'Holds',
  description: `The latest ${LATEST} holds in force. list_holds reads further back.`,
  uri: HOLDS_URI,
  scope: 'payments:read',
  subscribable: true,
  read: async (_, { db, caller }) => {
    const page = await listHolds(db, { status: 'in_force' }, { limit: LATEST })
    return {
      ...page,
      items: page.items.map(holdView),
      next_actions: page.items.length > 0 ? releaseAction(caller) : [],
    }
  },
})
