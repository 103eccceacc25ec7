import { defineResource } from '../define.ts'
import { isInForce, readHold, releaseAction } from '../hold.ts'
import { completeHold } from '../hold-list.ts'
import { holdView } from '../payment-view.ts'

export const hold = defineResource({
  name: 'hold',
  title: 'Hold',
  description: 'A hold with its evidence and what it blocks.',
  uri: 'payments://hold/{id}',
  scope: 'payments:read',
  subscribable: true,
  complete: { id: (typed, { db }) => completeHold(db, typed) },
  read: async ({ id = '' }, { db, caller }) => {
    const found = await readHold(db, id)
    return { ...holdView(found), next_actions: isInForce(found) ? releaseAction(caller, found.id) : [] }
  },
})
