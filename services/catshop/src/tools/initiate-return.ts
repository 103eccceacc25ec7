import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { getOrder } from '../order.ts'
import { ProductId } from '../product-view.ts'
import { newReturnId, RETURN_DAYS, requestReturn } from '../return-request.ts'
import { AWAIT_DECISION, ReturnView, returnView } from '../return-view.ts'

export const initiateReturn = defineTool({
  name: 'initiate_return',
  title: 'Initiate return',
  description: `Ask to send back an order, or some units of it, until ${RETURN_DAYS} days after delivery. Without lines it is for everything not yet returned. Returns a return_id for get_return_status.`,
  scope: 'catshop:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  input: z.object({
    order_id: z.string().trim().min(1).max(64),
    reason: z.string().trim().min(1).max(500),
    lines: z
      .array(z.object({ product_id: ProductId, quantity: z.int().min(1).default(1) }))
      .min(1)
      .max(100)
      .optional()
      .describe('What to send back; everything when left out'),
  }),
  output: ReturnView,
  text: ({ rma_number, next_step }) => `Return ${rma_number} requested. ${next_step}`,
  async start(_, { caller }) {
    shopperOf(caller)
    const returnId = newReturnId()
    return { workflowId: returnId, handle: returnId }
  },
  async outcome(returnId, { db, caller, callAsCaller }, { order_id, reason, lines }) {
    const order = await getOrder({ callAsCaller }, order_id)
    const wish = { reason, lines: lines?.map(({ product_id, quantity }) => ({ product: product_id, quantity })) }
    const request = await db
      .transaction()
      .execute((trx) => requestReturn(trx, shopperOf(caller), { returnId, order, ...wish }))
    const early = 'The order has not shipped yet: cancel_my_order stops it at once, or wait and send it back.'
    return returnView(request, order.fulfillment_status === 'unfulfilled' ? early : AWAIT_DECISION)
  },
})
