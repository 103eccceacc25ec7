import { z } from 'zod'
import { releaseQuarantine as giveBack } from '../adjustment.ts'
import { quarantineSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { Lot, Quantity, Sku, WarehouseId } from '../identifiers.ts'
import { MovementEntry, movementEntry } from '../shapes.ts'
import { stockUris } from '../uris.ts'

export const releaseQuarantine = defineTool({
  name: 'release_quarantine',
  title: 'Release quarantine',
  description: 'Give quarantined units of a SKU back to sale.',
  scope: 'wms:adjust',
  effect: 'write',
  idempotent: true,
  approval: () => ({ tier: 'A1', reason: 'it puts units on sale that were set apart' }),
  subject: (goods, { db }) => quarantineSubject(db, goods),
  input: z.object({
    sku: Sku,
    warehouse: WarehouseId,
    lot: Lot.optional(),
    qty: Quantity,
    reason: z.string().min(1).max(500),
    end_recall: z.boolean().default(false).describe('The recall of the lot is over: it may be picked again'),
  }),
  output: MovementEntry,
  text: ({ qty, sku, warehouse }) => `${qty} units of ${sku} at ${warehouse} are back on sale`,
  handle: async ({ sku, warehouse, lot, qty, reason, end_recall }, { db, caller, changed }) => {
    const movement = await giveBack(db, {
      sku,
      warehouse,
      lot,
      qty,
      reason,
      endRecall: end_recall,
      actor: caller.subject,
    })
    changed(...stockUris([{ sku, warehouse }]))
    return movementEntry(movement)
  },
})
