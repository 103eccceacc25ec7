import { completeRecovery } from '../claim-search.ts'
import { defineResource } from '../define.ts'
import { getRecovery } from '../recovery.ts'
import { describeRecovery } from '../recovery-view.ts'
import { requireStaff } from '../viewer.ts'

export const recovery = defineResource({
  name: 'recovery',
  title: 'Recovery',
  description: 'What is claimed from a carrier, an insurer or a supplier, with its papers, letters and deadlines.',
  uri: 'claims://recovery/{id}',
  scope: 'claims:read',
  subscribable: true,
  complete: {
    id: (typed, { db, caller }) => {
      requireStaff(caller)
      return completeRecovery(db, typed)
    },
  },
  read: async ({ id = '' }, { db, caller }) => {
    requireStaff(caller)
    return describeRecovery(db, await getRecovery(db, id))
  },
})
