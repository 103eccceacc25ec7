import { z } from 'zod'
import { defineTool } from '../define.ts'
import { TransferId } from '../identifiers.ts'
import { shipTransfer as ship } from '../transfer.ts'
import { endsOf, TransferView, transferView } from '../transfer-shape.ts'
import { stockUris, transferUri } from '../uris.ts'

export const shipTransfer = defineTool({
  name: 'ship_transfer',
  title: 'Ship transfer',
  description:
    'Load a transfer: its units leave the warehouse, the first to expire first, and count as in_transit at the other end. Repeating it changes nothing.',
  scope: 'wms:transfer',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ transfer_id: TransferId }),
  output: TransferView,
  text: ({ transfer_id, status, to }) => `${transfer_id} to ${to} is ${status}`,
  handle: async ({ transfer_id }, { db, caller, changed }) => {
    const transfer = await ship(db, transfer_id, caller.subject)
    changed(...stockUris(endsOf(transfer)), transferUri(transfer_id))
    return transferView(transfer)
  },
})
