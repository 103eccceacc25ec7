import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import { onShelf, readBins } from './bins.ts'
import type { Tables } from './database-tables.ts'
import { book, type Entry, lockBalances, type StockPlace } from './stock.ts'

const MOST_PLACES = 200

/**
 * Sets units of lots that have expired apart, as far as they are not promised: those that are, a picker reports as short.
 *
 * @returns the places whose stock has changed
 */
export async function quarantineExpired(db: Kysely<Tables>): Promise<StockPlace[]> {
  const { rows: places } = await sql<StockPlace>`
    select distinct b.sku, b.warehouse_id as warehouse
    from lot t
    join stock_bin b on b.sku = t.sku and b.lot = t.lot_no
    join location l on l.warehouse_id = b.warehouse_id and l.code = b.location
    where t.expires_on < (now() at time zone 'utc')::date and l.kind in ('receiving', 'pick', 'bulk', 'returns')
    limit ${MOST_PLACES}`.execute(db)
  if (places.length === 0) return []
  const balances = await lockBalances(db, places)
  const bins = (await readBins(db, places)).filter((bin) => onShelf(bin) && bin.expired)
  const entries: Entry[] = []
  for (const { sku, warehouse_id: warehouse, available } of balances) {
    let free = available
    for (const { location, lot, qty } of bins.filter((bin) => bin.sku === sku && bin.warehouse === warehouse)) {
      const units = Math.min(free, qty)
      free -= units
      const move = { kind: 'quarantine', from: 'available', to: 'quarantined', takeFrom: location, lot } as const
      const cause = { type: 'quarantine', id: `qua_${ulid()}` } as const
      if (units > 0) entries.push({ ...move, sku, warehouse, qty: units, cause, actor: 'wms', reason: 'expired' })
    }
  }
  await book(db, entries)
  return entries.map(({ sku, warehouse }) => ({ sku, warehouse }))
}
