import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { WarehouseId } from '../identifiers.ts'
import { completeFrom } from '../rma-search.ts'
import { requireStaff } from '../viewer.ts'

export const clearReturnBacklog = definePrompt({
  name: 'clear_return_backlog',
  title: 'Clear return backlog',
  description: 'Plan the work on the returns of a warehouse, the most urgent first.',
  scope: 'rma:read',
  arguments: z.object({ warehouse: WarehouseId }),
  complete: {
    warehouse: (typed, { db, caller }) => {
      requireStaff(caller)
      return completeFrom(db, 'warehouse', typed)
    },
  },
  messages: ({ warehouse }) => [
    {
      role: 'user',
      text: `Plan today's work on the returns of ${warehouse} from its queue below. Order it by what it costs to wait: customers who wait for money, goods that lose value, authorisations that run out. For each return name the next step as an exact call, group the calls that need no decision of mine, and list apart what does (out of policy, odd signals, high amounts). Say how many returns are left after it. Change nothing before I agree.`,
    },
    { role: 'user', resource: `returns://queue/${warehouse}` },
  ],
})
