import { z } from 'zod'
import { policyOf } from '../approval-policy.ts'
import { orderSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { openHolds, releaseHolds } from '../hold.ts'
import { OrderReference } from '../identifiers.ts'
import { getOrder, lockOrder } from '../order.ts'
import { describeOrder } from '../order-view.ts'
import { OrderShape } from '../shapes.ts'
import { HOLDS_URI, orderUris } from '../uris.ts'
import { viewerOf } from '../viewer.ts'

export const releaseOrderHold = defineTool({
  name: 'release_order_hold',
  title: 'Release order hold',
  description:
    'Release the named holds of an order; the last one lets it go on. A fraud hold needs another person. Holds that mirror a payment are released in payments.',
  scope: 'oms:hold',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  approval: async ({ order_id, hold_ids }, { db, caller }) => {
    const order = await getOrder(db, order_id, viewerOf(caller))
    const holds = (await openHolds(db, [order.id])).filter(({ id }) => hold_ids.includes(id))
    const call = { tool: 'release_order_hold', account: caller.subject }
    return holds.some(({ kind }) => kind === 'fraud')
      ? policyOf(db, { ...call, tool: 'release_order_hold:fraud' }, 'A2', 'it ends a hold for suspected fraud')
      : policyOf(db, call, 'A1', 'it lets a stopped order go on')
  },
  subject: ({ order_id }, { db, caller }) => orderSubject(db, order_id, caller),
  input: z.object({
    order_id: OrderReference,
    hold_ids: z.array(z.string().min(1).max(64)).min(1).max(20).describe('hold_id of each hold, from get_order'),
  }),
  output: OrderShape,
  text: ({ number, status, holds }) => `${number} is ${status} with ${holds.length} open holds`,
  handle: async ({ order_id, hold_ids }, { db, caller, changed }) => {
    const viewer = viewerOf(caller)
    const order = await releaseHolds(db, await lockOrder(db, order_id, viewer), hold_ids, caller.subject)
    changed(...orderUris(order), HOLDS_URI)
    return describeOrder(db, order, viewer)
  },
})
