import { z } from 'zod'
import { drawSources } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { drawShape, releaseDraw } from '../entitlement.ts'
import { OrderLineId } from '../identifiers.ts'
import { DrawShape } from '../shapes.ts'

export const releaseEntitlement = defineTool({
  name: 'release_entitlement',
  title: 'Release entitlement',
  description: 'Give back what was drawn and not used. Releasing again changes nothing.',
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
    drawShape(await releaseDraw(db, { orderLineId: order_line_id, source, sourceId: source_id })),
})
