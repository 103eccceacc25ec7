import { type FactInput, type FactType, reportFact } from '@backroom/facts'
import type { Kysely } from 'kysely'
import { sumBySku } from './allocation.ts'
import type { Tables } from './database-tables.ts'
import type { Receipt } from './receiving.ts'
import type { Reservation } from './reservation.ts'

/** Tells the order process what happened, if and only if the transaction commits. */
export function report<Type extends FactType>(
  db: Kysely<Tables>,
  type: Type,
  subject: string,
  data: FactInput<Type>,
): Promise<void> {
  return reportFact(db, 'inventory', { type, subject, data })
}

/** One fact an order whose holds have ended. */
export async function reportExpired(db: Kysely<Tables>, ended: readonly Reservation[]): Promise<void> {
  for (const [orderRef, rows] of Map.groupBy(ended, ({ order_ref }) => order_ref)) {
    const lines = rows.map(({ sku, qty, warehouse_id }) => ({ sku, qty, warehouse: warehouse_id }))
    await report(db, 'stock.reservation_expired.v1', orderRef, { order_ref: orderRef, lines })
  }
}

/** What a delivery brought. */
export async function reportReceived(db: Kysely<Tables>, { order, lines }: Receipt): Promise<void> {
  const { number, warehouse_id: warehouse, status } = order
  await report(db, 'po.received.v1', number, { po_number: number, warehouse, status, lines: sumBySku(lines) })
}
