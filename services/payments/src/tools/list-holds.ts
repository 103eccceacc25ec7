import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { holdKinds, holdStatuses, holdTargets } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { releaseAction } from '../hold.ts'
import { listHolds as list } from '../hold-list.ts'
import { AmountMinor } from '../identifiers.ts'
import { NextActions } from '../next-actions.ts'
import { Hold, holdView } from '../payment-view.ts'

export const listHolds = defineTool({
  name: 'list_holds',
  title: 'List holds',
  description:
    'Holds, the newest first; by default those in force. By kind, target, age or amount. verbosity full adds the evidence.',
  scope: 'payments:read',
  effect: 'read',
  input: z.object({
    status: z.enum([...holdStatuses, 'in_force']).default('in_force'),
    kind: z.enum(holdKinds).optional(),
    target: z.enum(holdTargets).optional(),
    target_id: z.string().max(128).optional(),
    older_than_hours: z.number().nonnegative().max(87_600).optional(),
    amount_from_minor: AmountMinor.optional(),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(Hold).extend({ next_actions: NextActions }),
  text: ({ items, next_cursor }) => `${items.length} holds${next_cursor ? ', more follow' : ''}`,
  handle: async (
    { status, kind, target, target_id, older_than_hours, amount_from_minor, cursor, limit, verbosity },
    { db, caller },
  ) => {
    const filter = {
      status,
      kind,
      target,
      targetId: target_id,
      olderThanHours: older_than_hours,
      amountFrom: amount_from_minor,
    }
    const page = await list(db, filter, { cursor, limit })
    const items = page.items.map(holdView)
    return {
      ...page,
      items: verbosity === 'full' ? items : items.map(({ evidence: _, ...hold }) => hold),
      next_actions: items.length > 0 && status === 'in_force' ? releaseAction(caller) : [],
    }
  },
})
