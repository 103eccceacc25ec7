import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import type { Bucket, Disposition, Tables } from './database-tables.ts'
import { registerLot } from './lot.ts'
import { requireSku, requireWarehouse } from './master-data.ts'
import { returnSerials } from './serial.ts'
import { book, lockBalances } from './stock.ts'

export type Restock = Selectable<Tables['restock']>

/** Returned units and what is to become of them. */
export interface ReturnedGoods {
  rmaLine: string
  sku: string
  warehouse: string
  qty: number
  disposition: Disposition
  lot?: string | undefined
  location?: string | undefined
  serials?: readonly string[] | undefined
  actor: string
}

const bucketOf: Record<Disposition, Bucket> = { restock: 'available', quarantine: 'quarantined', scrap: 'damaged' }

/**
 * Brings returned units back into the books, once a line of a return: on sale, set apart, or damaged. Repeating it
 * answers with what was booked.
 *
 * @throws {BusinessError} not_found; conflict when the line was booked with other goods
 */
export async function restockReturn(db: Kysely<Tables>, goods: ReturnedGoods): Promise<Restock> {
  const { rmaLine, sku, warehouse, qty, disposition, lot, location, serials = [], actor } = goods
  const record = await requireSku(db, sku)
  await requireWarehouse(db, warehouse)
  await lockBalances(db, [{ sku, warehouse }], { create: true })
  const booked = await db.selectFrom('restock').selectAll().where('rma_line', '=', rmaLine).executeTakeFirst()
  if (booked) return sameGoods(booked, goods)
  if (lot !== undefined) await registerLot(db, record, lot, undefined)
  const movements = await book(db, [
    {
      sku,
      warehouse,
      kind: 'return_receive',
      from: 'outside',
      to: bucketOf[disposition],
      qty,
      lot,
      putTo: location,
      cause: { type: 'return', id: rmaLine },
      actor,
      reason: disposition,
    },
  ])
  if (disposition === 'restock') await returnSerials(db, sku, serials)
  return db
    .insertInto('restock')
    .values({
      rma_line: rmaLine,
      sku,
      warehouse_id: warehouse,
      qty,
      disposition,
      location: movements[0]?.location ?? '',
      lot: lot ?? '',
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}

function sameGoods(booked: Restock, { rmaLine, sku, warehouse, qty, disposition }: ReturnedGoods): Restock {
  const same =
    booked.sku === sku && booked.warehouse_id === warehouse && booked.qty === qty && booked.disposition === disposition
  if (same) return booked
  throw new BusinessError('conflict', `${rmaLine} was booked already, as ${booked.qty} units of ${booked.sku}.`, {
    details: {
      sku: booked.sku,
      warehouse: booked.warehouse_id,
      qty: booked.qty,
      disposition: booked.disposition,
    },
  })
}
