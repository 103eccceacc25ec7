import { z } from 'zod'
import { defineTool } from '../define.ts'
import { Lot } from '../identifiers.ts'
import { describeLot } from '../lot-view.ts'

/** Orders that one lot goes into, at the very most. */
const MOST_ORDERS = 5_000

export const getLot = defineTool({
  name: 'get_lot',
  title: 'Get lot',
  description: 'Where the units of a lot lie, and the orders that units of it are picked for or left with.',
  scope: 'wms:read',
  serviceOnly: true,
  effect: 'read',
  input: z.object({ lot: Lot }),
  output: z.object({
    lot: z.string(),
    bins: z.array(z.object({ sku: z.string(), warehouse: z.string(), location: z.string(), qty: z.int() })),
    orders: z.array(
      z.object({
        order_ref: z.string(),
        sku: z.string(),
        warehouse: z.string(),
        qty: z.int(),
        shipped: z.boolean().describe('Handed over; otherwise still in the building'),
      }),
    ),
    complete: z.boolean().describe('false: there are more orders than these, the latest'),
  }),
  text: ({ lot, bins, orders }) => `Lot ${lot} lies in ${bins.length} bins and went into ${orders.length} orders`,
  handle: async ({ lot }, { db }) => {
    const { bins, orders } = await describeLot(db, lot, MOST_ORDERS)
    return { lot, bins: bins.map(({ kind: _, ...bin }) => bin), orders, complete: orders.length < MOST_ORDERS }
  },
})
