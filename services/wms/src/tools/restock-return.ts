import { z } from 'zod'
import { dispositions } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Location, Lot, Quantity, SerialNumber, Sku, WarehouseId } from '../identifiers.ts'
import { restockReturn as restock } from '../restocking.ts'
import { stockUris } from '../uris.ts'

export const restockReturn = defineTool({
  name: 'restock_return',
  title: 'Restock return',
  description:
    'Bring returned units back into the books, once a line of a return: restock puts them on sale, quarantine sets them apart, scrap counts them as damaged. Repeating it for the same rma_line changes nothing.',
  scope: 'wms:receive',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    rma_line: z
      .string()
      .regex(/^[\w.:-]{1,128}$/)
      .describe('Line of the return that these units are'),
    sku: Sku,
    warehouse: WarehouseId,
    qty: Quantity,
    disposition: z.enum(dispositions),
    lot: Lot.optional(),
    location: Location.optional(),
    serials: z.array(SerialNumber).max(1_000).optional(),
  }),
  output: z.object({
    rma_line: z.string(),
    sku: z.string(),
    warehouse: z.string(),
    qty: z.int(),
    disposition: z.enum(dispositions),
    location: z.string(),
    restocked_at: z.string(),
  }),
  text: ({ qty, sku, disposition, location }) => `${qty} units of ${sku}: ${disposition}, in ${location}`,
  handle: async ({ rma_line, ...goods }, { db, caller, changed }) => {
    const {
      warehouse_id,
      restocked_at,
      lot: _,
      ...booked
    } = await restock(db, {
      ...goods,
      rmaLine: rma_line,
      actor: caller.subject,
    })
    changed(...stockUris([{ sku: booked.sku, warehouse: warehouse_id }]))
    return { ...booked, warehouse: warehouse_id, restocked_at: restocked_at.toISOString() }
  },
})
