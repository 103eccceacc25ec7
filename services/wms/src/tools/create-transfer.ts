import { z } from 'zod'
import { transferPolicy } from '../approval-policy.ts'
import { newTransferSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { SkuLines, WarehouseId } from '../identifiers.ts'
import { createTransfer as create } from '../transfer.ts'
import { endsOf, TransferView, transferView } from '../transfer-shape.ts'
import { stockUris, transferUri } from '../uris.ts'

export const createTransfer = defineTool({
  name: 'create_transfer',
  title: 'Create transfer',
  description:
    'Set units aside in one warehouse to be sent to another. They leave with ship_transfer and arrive with receive_transfer; cancel_transfer frees them.',
  scope: 'wms:transfer',
  effect: 'write',
  idempotent: true,
  approval: ({ lines }, { db, caller }) => transferPolicy(db, { units: lines, account: caller.subject }),
  subject: (transfer, { db }) => newTransferSubject(db, transfer),
  input: z.object({ from: WarehouseId, to: WarehouseId, lines: SkuLines, note: z.string().max(500).optional() }),
  output: TransferView,
  text: ({ transfer_id, from, to, lines }) =>
    `Transfer ${transfer_id}: ${lines.reduce((sum, { qty }) => sum + qty, 0)} units from ${from} to ${to}`,
  handle: async ({ from, to, lines, note }, { db, caller, changed }) => {
    const transfer = await create(db, { from, to, lines, note, actor: caller.subject })
    changed(...stockUris(endsOf(transfer)), transferUri(transfer.id))
    return transferView(transfer)
  },
})
