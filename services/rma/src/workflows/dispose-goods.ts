import { defineWorkflow } from '@backroom/workflows'
import { announce } from '../changes.ts'
import type { Tables } from '../database-tables.ts'
import { bookedAs, type DispositionRow, markBooked, withdraw } from '../disposition.ts'
import { getRma } from '../rma.ts'
import { rmaUris } from '../uris.ts'

export interface DisposeInput {
  dispositionId: string
  rmaId: string
  sku: string
  serials: string[]
}

/** Has inventory book units of a return, once a disposition; what goes to the customer or a vendor alone is only noted. */
export const disposeGoods = defineWorkflow<Tables>()({
  name: 'dispose_goods',
  kind: 'return',
  async run({ dispositionId: id, rmaId, sku, serials }: DisposeInput, steps): Promise<{ dispositionId: string }> {
    const row = await steps.transaction('read', (db) => pending(db, id))
    const booked = bookedAs[row.disposition]
    if (booked) {
      steps.undo('withdraw', ({ transaction }) => transaction('withdraw', (db) => withdraw(db, id)))
      const { location } = await steps.call<{ location: string }>('restock', 'wms', 'restock_return', {
        rma_line: id,
        sku,
        warehouse: row.warehouse,
        qty: row.qty,
        disposition: booked,
        ...(row.location === null ? {} : { location: row.location }),
        ...(serials.length > 0 && booked === 'restock' ? { serials } : {}),
      })
      steps.pivot()
      await steps.transaction('booked', (db) => markBooked(db, id, { location, movement: `return:${id}` }))
    } else await steps.transaction('noted', (db) => markBooked(db, id, { movement: null }))
    announce(...rmaUris(await steps.transaction('announce', (db) => getRma(db, rmaId))))
    return { dispositionId: id }
  },
})

function pending(
  db: Parameters<typeof getRma>[0],
  id: string,
): Promise<Pick<DispositionRow, 'disposition' | 'warehouse' | 'qty' | 'location'>> {
  return db
    .selectFrom('disposition')
    .select(['disposition', 'warehouse', 'qty', 'location'])
    .where('id', '=', id)
    .executeTakeFirstOrThrow()
}
