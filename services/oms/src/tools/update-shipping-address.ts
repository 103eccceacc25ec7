import { z } from 'zod'
import { Address } from '../address.ts'
import { policyOf } from '../approval-policy.ts'
import { orderSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { changeAddress } from '../delivery.ts'
import { ExpectedVersion, OrderReference } from '../identifiers.ts'
import { lockOrder, requireVersion } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const updateShippingAddress = defineTool({
  name: 'update_shipping_address',
  title: 'Update shipping address',
  description:
    'Send an order elsewhere, as long as no warehouse has packed anything of it. Afterwards the answer is too_late with what can still be done.',
  scope: 'oms:write',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  approval: (_, { db, caller }) =>
    policyOf(db, { tool: 'update_shipping_address', account: caller.subject }, 'A1', 'goods go to another place'),
  subject: ({ order_id }, { db, caller }) => orderSubject(db, order_id, caller),
  input: z.object({ order_id: OrderReference, address: Address, expected_version: ExpectedVersion }),
  output: z.object({
    status: z.enum(['updated', 'too_late']),
    options: z.array(z.string()).optional().describe('What can be done when it is too late'),
    order: OrderShape,
  }),
  text: ({ status, order }) =>
    status === 'updated' ? `${order.number} goes to the new address` : `${order.number} has been packed already`,
  handle: async ({ order_id, address, expected_version }, { db, caller, changed }) => {
    const viewer = viewerOf(caller)
    const order = await lockOrder(db, order_id, viewer)
    requireVersion(order, expected_version)
    const outcome = await changeAddress(db, order, address, caller.subject)
    if (outcome.status === 'updated') changed(...orderUris(order))
    return { ...outcome, order: await describeOrder(db, outcome.order, viewer) }
  },
})
