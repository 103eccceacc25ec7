import { z } from 'zod'
import { changeShape } from '../change-view.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, Name, OrderLineId, OrderReference, Quantity, Sku } from '../identifiers.ts'
import { lockOrder } from '../order.ts'
import { getChange, proposeEdit } from '../order-edit.ts'
import { ChangeShape } from '../shapes.ts'
import { checkStock, StockCheck } from '../stock-check.ts'
import { viewerOf } from '../viewer.ts'

const goods = {
  sku: Sku,
  qty: Quantity,
  unit_minor: AmountMinor.optional().describe('Price of a unit; default: the one at which it was sold last'),
  title: Name.optional(),
}

export const proposeOrderEdit = defineTool({
  name: 'propose_order_edit',
  title: 'Propose order edit',
  description:
    'Work out what an edit of an order would do: the price difference and whether the stock is there. Changes nothing. The change_id is good for an hour; confirm_order_edit does exactly what was proposed.',
  scope: 'oms:write',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    order_id: OrderReference,
    actions: z
      .array(
        z.discriminatedUnion('action', [
          z.object({ action: z.literal('add'), ...goods }),
          z.object({ action: z.literal('remove'), order_line_id: OrderLineId }),
          z.object({ action: z.literal('set_quantity'), order_line_id: OrderLineId, qty: Quantity }),
          z.object({ action: z.literal('swap'), order_line_id: OrderLineId, ...goods }),
        ]),
      )
      .min(1)
      .max(50),
  }),
  output: ChangeShape.extend({ stock: StockCheck }),
  text: ({ change_id, price_delta_minor, currency }) =>
    `${change_id}: the price changes by ${price_delta_minor} minor units of ${currency}`,
  start: async ({ order_id, actions }, { db, caller }) => {
    const order = await lockOrder(db, order_id, viewerOf(caller))
    const { id } = await proposeEdit(db, order, actions, caller.subject)
    return { workflowId: id, handle: order.id }
  },
  outcome: async (changeId, { db, callService }) => {
    const change = await getChange(db, changeId)
    return { ...changeShape(change), stock: await checkStock(callService, change.plan.additions) }
  },
})
