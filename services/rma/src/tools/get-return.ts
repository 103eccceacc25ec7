import { z } from 'zod'
import { defineTool } from '../define.ts'
import { RmaReference } from '../identifiers.ts'
import { getRma } from '../rma.ts'
import { describeRma } from '../rma-view.ts'
import { RmaShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'

export const getReturn = defineTool({
  name: 'get_return',
  title: 'Get return',
  description:
    'One return by number or id: lines, label, receipts, inspections, dispositions, resolutions, the money owed, and allowed_actions, the tools that make sense for it as it is.',
  scope: 'rma:read',
  effect: 'read',
  openWorld: true,
  input: z.object({ rma_number: RmaReference }),
  output: RmaShape,
  text: ({ rma_number, status, order_number }) => `${rma_number} of ${order_number} is ${status}`,
  handle: async ({ rma_number }, { db, caller }) => {
    const viewer = viewerOf(caller)
    return describeRma(db, await getRma(db, rma_number, viewer), viewer)
  },
})
