import { z } from 'zod'
import { adjustmentPolicy } from '../approval-policy.ts'
import { transferSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { TransferId } from '../identifiers.ts'
import { readTransfer } from '../transfer.ts'
import { cancelTransfer as cancel, open, roadChoices } from '../transfer-end.ts'
import { endsOf, TransferView, transferView } from '../transfer-shape.ts'
import { stockUris, transferUri } from '../uris.ts'

export const cancelTransfer = defineTool({
  name: 'cancel_transfer',
  title: 'Cancel transfer',
  description:
    'Call a transfer off. Units that have not left are free again. For units on the road, in_transit says whether they come back (return_to_source) or are lost (write_off). Cancelling again changes nothing.',
  scope: 'wms:transfer',
  effect: 'destructive',
  idempotent: true,
  repeat: 'natural',
  approval: async ({ transfer_id, in_transit }, { db, caller }) => {
    if (in_transit !== 'write_off') return { tier: 'A1', reason: 'somebody may be working on it' }
    const { lines } = await readTransfer(db, transfer_id)
    const units = lines.map((line) => ({ sku: line.sku, qty: open(line) }))
    return adjustmentPolicy(db, { units, account: caller.subject })
  },
  subject: ({ transfer_id }, { db }) => transferSubject(db, transfer_id),
  input: z.object({
    transfer_id: TransferId,
    reason: z.string().min(1).max(500),
    in_transit: z.enum(roadChoices).optional().describe('Needed once the goods are on the road'),
  }),
  output: TransferView,
  text: ({ transfer_id, status }) => `${transfer_id} is ${status}`,
  handle: async ({ transfer_id, reason, in_transit }, { db, caller, changed }) => {
    const transfer = await cancel(db, transfer_id, { reason, inTransit: in_transit, actor: caller.subject })
    changed(...stockUris(endsOf(transfer)), transferUri(transfer_id))
    return transferView(transfer)
  },
})
