import { listDue } from '../deadline-list.ts'
import { defineResource } from '../define.ts'
import { DEADLINES_URI } from '../uris.ts'
import { requireStaff } from '../viewer.ts'

const WITHIN_DAYS = 30

export const deadlines = defineResource({
  name: 'deadlines',
  title: 'Deadlines',
  description: `What is due in claims and recoveries within ${WITHIN_DAYS} days, and what has passed.`,
  uri: DEADLINES_URI,
  scope: 'claims:read',
  subscribable: true,
  read: async (_, { db, caller }) => {
    requireStaff(caller)
    return { items: await listDue(db, WITHIN_DAYS) }
  },
})
