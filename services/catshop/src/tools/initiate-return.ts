import { z } from 'zod'
import { openReturn } from '../after-sales.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { getOrder } from '../order.ts'
import { ProductId } from '../product-view.ts'
import { newRequestId } from '../request-id.ts'
import { RETURN_DAYS, ReturnView, returnView } from '../return-view.ts'
import { linesWith } from '../wanted-units.ts'

export const initiateReturn = defineTool({
  name: 'initiate_return',
  title: 'Initiate return',
  description: `Ask to send back an order that has arrived, or some units of it, until ${RETURN_DAYS} days after delivery. Without lines it is for everything that can still be returned. Returns a return_id for get_return_status.`,
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
  text: ({ rma_number, status, next_step }) => `Return ${rma_number} is ${status.replaceAll('_', ' ')}. ${next_step}`,
  async start(_, { caller }) {
    shopperOf(caller)
    const id = newRequestId('return')
    return { workflowId: id, handle: id }
  },
  async outcome(id, { db, callAsCaller }, { order_id, reason, lines }) {
    const order = await getOrder({ callAsCaller }, order_id)
    const wanted = lines?.map(({ product_id, quantity }) => ({ product: product_id, quantity }))
    const units = wanted && (await linesWith(db, order, wanted, ({ qty_returnable }) => qty_returnable))
    return returnView(await openReturn({ callAsCaller }, id, { orderId: order.order_id, reason, lines: units }))
  },
})
