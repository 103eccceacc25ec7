import { z } from 'zod'
import { openClaim } from '../after-sales.ts'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { getOrder } from '../order.ts'
import { amountFields, amounts } from '../price.ts'
import { ProductId } from '../product-view.ts'
import { newRequestId } from '../request-id.ts'
import { linesWith } from '../wanted-units.ts'

/** What can be wrong with a delivery. */
const claimTypes = ['damaged', 'missing', 'wrong_item', 'not_received', 'late', 'quality'] as const

export const fileClaim = defineTool({
  name: 'file_claim',
  title: 'File claim',
  description:
    'Tell the shop that a delivery came damaged, incomplete, wrong, late or not at all. What is claimed cannot be returned as well. Goods that are fine but unwanted go back with initiate_return instead.',
  scope: 'catshop:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  input: z.object({
    order_id: z.string().trim().min(1).max(64),
    type: z.enum(claimTypes),
    lines: z
      .array(z.object({ product_id: ProductId, quantity: z.int().min(1).default(1) }))
      .min(1)
      .max(100)
      .optional()
      .describe('What is affected; everything that was shipped when left out'),
    statement: z.string().trim().min(1).max(2_000).describe('What happened, in the words of the customer'),
  }),
  output: z.object({
    claim_number: z.string(),
    order_id: z.string(),
    status: z.string(),
    ...amountFields('requested'),
    currency: z.string(),
    next_step: z.string(),
  }),
  text: ({ claim_number, status, next_step }) =>
    `Claim ${claim_number} is ${status.replaceAll('_', ' ')}. ${next_step}`,
  async start(_, { caller }) {
    shopperOf(caller)
    const id = newRequestId('claim')
    return { workflowId: id, handle: id }
  },
  async outcome(id, { db, callAsCaller }, { order_id, type, lines, statement }) {
    const order = await getOrder({ callAsCaller }, order_id)
    const wanted = lines?.map(({ product_id, quantity }) => ({ product: product_id, quantity }))
    const units = wanted && (await linesWith(db, order, wanted, ({ qty_current }) => qty_current))
    const claim = await openClaim({ callAsCaller }, id, { orderId: order.order_id, type, statement, lines: units })
    const { claim_number, status, requested_minor, currency } = claim
    return {
      claim_number,
      order_id: claim.order_id,
      status,
      ...amounts({ requested: requested_minor }, currency),
      currency,
      next_step: 'Keep the goods and the packaging. The shop looks at it and answers; photos help.',
    }
  },
})
