import { z } from 'zod'
import { drawSources } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { drawShape, settleDraw } from '../entitlement.ts'
import { OrderLineId } from '../identifiers.ts'
import { DrawShape } from '../shapes.ts'

export const settleEntitlement = defineTool({
  name: 'settle_entitlement',
  title: 'Settle entitlement',
  description:
    'Say that what was drawn has been paid or replaced: it is used for good. Settling again changes nothing.',
  scope: 'oms:entitlement',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    order_line_id: OrderLineId,
    source: z.enum(drawSources),
    source_id: z.string().min(1).max(128),
  }),
  output: DrawShape,
  text: ({ draw_id, state }) => `Draw ${draw_id} is ${state}`,
  handle: async ({ order_line_id, source, source_id }, { db }) =>
    drawShape(await settleDraw(db, { orderLineId: order_line_id, source, sourceId: source_id })),
})
