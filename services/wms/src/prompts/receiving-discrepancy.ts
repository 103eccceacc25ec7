import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { PoNumber } from '../identifiers.ts'
import { completeNumber } from '../purchase-order-view.ts'
import { purchaseOrderUri } from '../uris.ts'

export const receivingDiscrepancy = definePrompt({
  name: 'receiving_discrepancy',
  title: 'Receiving discrepancy',
  description: 'Work through the difference between what was ordered and what arrived.',
  scope: 'wms:read',
  arguments: z.object({ po: PoNumber }),
  complete: { po: (typed, { db }) => completeNumber(db, typed) },
  messages: ({ po }) => [
    {
      role: 'user',
      text: `Compare what was ordered on ${po} with what its receipts say arrived. List every line that is short, over or damaged, with units and cost. Check the movements of these SKUs for units that were quarantined or adjusted since. Then propose for each line what to do: wait for the rest, claim from the supplier, or correct our stock. Change nothing before I agree.`,
    },
    { role: 'user', resource: purchaseOrderUri(po) },
  ],
})
