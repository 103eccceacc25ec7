import { defineResource } from '../define.ts'
import { listDisputes, undecided } from '../dispute-list.ts'
import { disputeView } from '../payment-view.ts'
import { DISPUTES_URI } from '../uris.ts'

const LATEST = 100

export const disputes = defineResource({
  name: 'disputes',
  title: 'Disputes',
  description: `The latest ${LATEST} disputes that are not decided. list_disputes reads further back.`,
  uri: DISPUTES_URI,
  scope: 'payments:read',
  subscribable: true,
  read: async (_, { db }) => {
    const page = await listDisputes(db, { statuses: undecided }, { limit: LATEST })
    return { ...page, items: page.items.map(disputeView) }
  },
})
