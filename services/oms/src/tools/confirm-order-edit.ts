import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { policyOf } from '../approval-policy.ts'
import { orderSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { getOrder, lockOrder } from '../order.ts'
import { confirmChange, getChange } from '../order-edit.ts'
import { describeOrder } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'
import { editOrder } from '../workflows/edit-order.ts'

export const confirmOrderEdit = defineTool({
  name: 'confirm_order_edit',
  title: 'Confirm order edit',
  description:
    'Do exactly what propose_order_edit worked out: stock, lines and money follow. Refused when the order has changed since, and for an edit that raises the price, which only the customer can authorise. Confirming again answers with the order.',
  scope: 'oms:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: (_, { db, caller }) =>
    policyOf(db, { tool: 'confirm_order_edit', account: caller.subject }, 'A1', 'it changes what the customer gets'),
  subject: async ({ change_id }, { db, caller }) => orderSubject(db, (await getChange(db, change_id)).order_id, caller),
  input: z.object({ change_id: z.string().min(1).max(64).describe('From propose_order_edit') }),
  output: OrderShape,
  text: ({ number, totals: { due_minor }, currency }) =>
    `${number} was changed; ${due_minor} minor units of ${currency} are due in all`,
  start: async ({ change_id }, { db, caller, changed }) => {
    const { order_id } = await getChange(db, change_id)
    const order = await lockOrder(db, order_id, viewerOf(caller))
    await confirmChange(db, await getChange(db, change_id, true), order)
    const id = `edit:${change_id}`
    const input = { orderId: order.id, changeId: change_id, actor: caller.subject }
    await begin(db, editOrder, { id, subject: order.id, input, startedBy: caller.subject })
    changed(...orderUris(order))
    return { workflowId: id, handle: order.id }
  },
  outcome: async (id, { db, caller }) => {
    const { orderId } = await outcomeOf(editOrder, id)
    const viewer = viewerOf(caller)
    return describeOrder(db, await getOrder(db, orderId, viewer), viewer)
  },
})
