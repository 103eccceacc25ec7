import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { getReturn } from '../return-request.ts'
import { AWAIT_DECISION, ReturnView, returnView } from '../return-view.ts'

export const getReturnStatus = defineTool({
  name: 'get_return_status',
  title: 'Get return status',
  description: 'Look up one of your returns by its return_id or its number (RMA-…).',
  scope: 'catshop:read',
  effect: 'read',
  input: z.object({ return_id: z.string().trim().min(1).max(64) }),
  output: ReturnView,
  text: ({ rma_number, status, next_step }) => `${rma_number} is ${status}. ${next_step}`,
  handle: async ({ return_id }, { db, caller }) =>
    returnView(await getReturn(db, shopperOf(caller), return_id), AWAIT_DECISION),
})
