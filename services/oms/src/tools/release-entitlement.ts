import { z } from 'zod'
import { drawSources } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { drawShape, releaseDraw, shrinkDraw } from '../entitlement.ts'
import { OrderLineId, Quantity } from '../identifiers.ts'
import { DrawShape } from '../shapes.ts'

export const releaseEntitlement = defineTool({
  name: 'release_entitlement',
  title: 'Release entitlement',
  description:
    'Give back what was drawn and not used, or all but keep_qty units of it. Releasing again changes nothing.',
  scope: 'oms:entitlement',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    order_line_id: OrderLineId,
    source: z.enum(drawSources),
    source_id: z.string().min(1).max(128),
    keep_qty: Quantity.optional().describe('Units that stay drawn'),
  }),
  output: DrawShape,
  text: ({ draw_id, state }) => `Draw ${draw_id} is ${state}`,
  handle: async ({ order_line_id, source, source_id, keep_qty }, { db }) => {
    const key = { orderLineId: order_line_id, source, sourceId: source_id }
    return drawShape(keep_qty === undefined ? await releaseDraw(db, key) : await shrinkDraw(db, key, keep_qty))
  },
})
