import { z } from 'zod'
import { defineTool } from '../define.ts'
import { isInForce, readHold, releaseAction } from '../hold.ts'
import { HoldId } from '../identifiers.ts'
import { NextActions } from '../next-actions.ts'
import { Hold, holdView } from '../payment-view.ts'

export const getHold = defineTool({
  name: 'get_hold',
  title: 'Get hold',
  description: 'One hold with its evidence, what it blocks, and what you may do about it.',
  scope: 'payments:read',
  effect: 'read',
  input: z.object({ hold_id: HoldId }),
  output: Hold.extend({ next_actions: NextActions }),
  text: ({ hold_id, kind, status }) => `${hold_id} (${kind.replaceAll('_', ' ')}) is ${status.replaceAll('_', ' ')}`,
  handle: async ({ hold_id }, { db, caller }) => {
    const hold = await readHold(db, hold_id)
    return { ...holdView(hold), next_actions: isInForce(hold) ? releaseAction(caller, hold.id) : [] }
  },
})
