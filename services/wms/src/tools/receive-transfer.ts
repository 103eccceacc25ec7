import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Location, Lot, Quantity, Sku, TransferId } from '../identifiers.ts'
import { receiveTransfer as receive } from '../transfer-end.ts'
import { endsOf, TransferView, transferView } from '../transfer-shape.ts'
import { stockUris, transferUri } from '../uris.ts'

export const receiveTransfer = defineTool({
  name: 'receive_transfer',
  title: 'Receive transfer',
  description:
    'Book what arrived of a transfer. Count every unit in qty and the unfit ones in damaged too. What has not come stays on the way, unless final says that nothing more will come: then it is lost, as a discrepancy.',
  scope: 'wms:transfer',
  effect: 'write',
  idempotent: true,
  input: z.object({
    transfer_id: TransferId,
    lines: z
      .array(
        z.object({
          sku: Sku,
          qty: Quantity.describe('Units that arrived, damaged ones included'),
          damaged: z.int().min(0).max(1_000_000).default(0).describe('Of these, units unfit for sale'),
          lot: Lot.optional(),
          location: Location.optional(),
        }),
      )
      .min(1)
      .max(200),
    final: z.boolean().default(false),
  }),
  output: TransferView,
  text: ({ transfer_id, status, lines }) => {
    const open = lines.reduce((sum, { qty_open }) => sum + qty_open, 0)
    return `${transfer_id} is ${status}${open > 0 ? `, ${open} units on the way` : ''}`
  },
  handle: async ({ transfer_id, lines, final }, { db, caller, changed }) => {
    const transfer = await receive(db, transfer_id, { arrivals: lines, final, actor: caller.subject })
    changed(...stockUris(endsOf(transfer)), transferUri(transfer_id))
    return transferView(transfer)
  },
})
