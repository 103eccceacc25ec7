import { outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { cancelPolicy } from '../approval-policy.ts'
import { orderSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { ExpectedVersion, OrderLineId, OrderReference, Quantity, Reason } from '../identifiers.ts'
import { getOrder, lockOrder } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'
import { cancelOrder as workflow } from '../workflows/cancel-order.ts'
import { requestCancel, settledOrderOf } from '../workflows/cancel-request.ts'

export const cancelOrder = defineTool({
  name: 'cancel_order',
  title: 'Cancel order',
  description:
    'Cancel an order, or units of some lines, before they leave the warehouse: stops the goods, frees the stock and gives the money back. What was handed over first stays ordered and can only be returned. Cancelling a whole order again answers with what was done; for units of lines send expected_version or idempotency_key, so that a retry cannot cancel twice.',
  scope: 'oms:cancel',
  effect: 'destructive',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ order_id, lines, refund }, { db, caller }) =>
    cancelPolicy(db, await getOrder(db, order_id, viewerOf(caller)), {
      account: caller.subject,
      lines: lines?.map(({ order_line_id, qty }) => ({ orderLineId: order_line_id, qty })),
      refund,
    }),
  subject: ({ order_id }, { db, caller }) => orderSubject(db, order_id, caller),
  input: z.object({
    order_id: OrderReference,
    lines: z
      .array(z.object({ order_line_id: OrderLineId, qty: Quantity }))
      .min(1)
      .max(200)
      .optional()
      .describe('Units to cancel; default: everything that has not left the warehouse'),
    reason: Reason,
    restock: z
      .boolean()
      .default(true)
      .describe('false asks the warehouse, by an internal entry in the history, to keep the units out of sale'),
    refund: z.boolean().default(true).describe('Whether money that was already taken goes back'),
    notify: z.boolean().default(true).describe('Whether the customer sees it in the history of the order'),
    expected_version: ExpectedVersion,
  }),
  output: z.object({
    saga_id: z.string(),
    status: z.string().describe('Status of the order now'),
    order: OrderShape,
  }),
  text: ({ order, status }) => `${order.number} is ${status.replaceAll('_', ' ')}`,
  start: async ({ order_id, lines, ...wish }, { db, caller, changed }) => {
    const order = await lockOrder(db, order_id, viewerOf(caller))
    const sagaId = await requestCancel(db, order, {
      lines: lines?.map(({ order_line_id, qty }) => ({ orderLineId: order_line_id, qty })),
      reason: wish.reason,
      restock: wish.restock,
      refund: wish.refund,
      notify: wish.notify,
      actor: caller.subject,
      expectedVersion: wish.expected_version,
    })
    changed(...orderUris(order))
    return { workflowId: sagaId, handle: order.id }
  },
  outcome: async (sagaId, { db, caller }) => {
    const orderId = settledOrderOf(sagaId) ?? (await outcomeOf(workflow, sagaId)).orderId
    const viewer = viewerOf(caller)
    const order = await getOrder(db, orderId, viewer)
    return { saga_id: sagaId, status: order.status, order: await describeOrder(db, order, viewer) }
  },
})
