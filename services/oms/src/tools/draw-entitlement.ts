import { z } from 'zod'
import { drawSources } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { drawEntitlement as draw, drawShape } from '../entitlement.ts'
import { AmountMinor, OrderLineId } from '../identifiers.ts'
import { DrawShape } from '../shapes.ts'

export const drawEntitlement = defineTool({
  name: 'draw_entitlement',
  title: 'Draw entitlement',
  description:
    'Take units and money from what a line may be compensated with, before money or goods move. One draw for each source, source_id and line: the same again answers with it.',
  scope: 'oms:entitlement',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    order_line_id: OrderLineId,
    source: z.enum(drawSources),
    source_id: z.string().min(1).max(128),
    qty: z.int().min(0).max(1_000_000).describe('Units; 0 for money alone'),
    minor: AmountMinor.optional().describe('Left out: what those units cost; the last one of the line takes the rest'),
    delivered_only: z.boolean().default(false).describe('Only units that were delivered and that no return has drawn'),
  }),
  output: DrawShape,
  text: ({ draw_id, state }) => `Draw ${draw_id} is ${state}`,
  handle: async ({ order_line_id, source, source_id, qty, minor, delivered_only }, { db, caller }) =>
    drawShape(
      await draw(db, {
        orderLineId: order_line_id,
        source,
        sourceId: source_id,
        qty,
        minor,
        deliveredOnly: delivered_only,
        actor: caller.subject,
      }),
    ),
})
