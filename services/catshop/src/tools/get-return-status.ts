import { z } from 'zod'
import { getReturn } from '../after-sales.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { ReturnView, returnView } from '../return-view.ts'

export const getReturnStatus = defineTool({
  name: 'get_return_status',
  title: 'Get return status',
  description: 'Look up one of your returns by its return_id or its number (RMA-…).',
  scope: 'catshop:read',
  effect: 'read',
  input: z.object({ return_id: z.string().trim().min(1).max(64) }),
  output: ReturnView,
  text: ({ rma_number, status, next_step }) => `${rma_number} is ${status.replaceAll('_', ' ')}. ${next_step}`,
  handle: async ({ return_id }, { caller, callAsCaller }) => {
    shopperOf(caller)
    return returnView(await getReturn({ callAsCaller }, return_id))
  },
})
