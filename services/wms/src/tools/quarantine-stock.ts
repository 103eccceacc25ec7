import { z } from 'zod'
import { recallFromSale, quarantineStock as setApart } from '../adjustment.ts'
import { quarantineSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { Lot, Quantity, Sku, WarehouseId } from '../identifiers.ts'
import { MovementEntry, movementEntry } from '../shapes.ts'
import { stockUris } from '../uris.ts'

export const quarantineStock = defineTool({
  name: 'quarantine_stock',
  title: 'Quarantine stock',
  description: 'Set available units of a SKU apart so that nobody can sell them, for example to inspect them.',
  scope: 'wms:adjust',
  effect: 'write',
  idempotent: true,
  approval: () => ({ tier: 'A1', reason: 'it takes units from sale' }),
  subject: (goods, { db }) => quarantineSubject(db, goods),
  input: z.object({
    sku: Sku,
    warehouse: WarehouseId,
    lot: Lot.optional(),
    qty: Quantity.optional().describe('Left out, with recall: all units of the lot that are on sale'),
    reason: z.string().min(1).max(500),
    recall: z.boolean().default(false).describe('Recall the whole lot: nobody can pick any of it, in any warehouse'),
  }),
  output: MovementEntry.partial().extend({ sku: z.string(), warehouse: z.string(), qty: z.int() }),
  text: ({ qty, sku, warehouse }) => `${qty} units of ${sku} at ${warehouse} are in quarantine`,
  handle: async ({ sku, warehouse, lot, qty, reason, recall }, { db, caller, changed }) => {
    const goods = { sku, warehouse, lot, reason, actor: caller.subject }
    const movement = await (qty === undefined
      ? recallFromSale(db, goods, recall)
      : setApart(db, { ...goods, qty, recall }))
    changed(...stockUris([{ sku, warehouse }]))
    return movement ? movementEntry(movement) : { sku, warehouse, qty: 0 }
  },
})
