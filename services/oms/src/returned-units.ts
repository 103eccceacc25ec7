import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'
import { linesOf } from './order-line.ts'

/**
 * Counts the units of a locked order that a return has brought back and that were accepted: all of them so far, so that
 * hearing of them twice changes nothing. Never more than were delivered.
 */
export async function bookReturned(
  db: Kysely<Tables>,
  order: Order,
  number: string,
  units: readonly { order_line_id: string; qty: number }[],
): Promise<void> {
  const known = await db.selectFrom('order_case').select('returned').where('number', '=', number).executeTakeFirst()
  const before = known?.returned ?? {}
  const now: Record<string, number> = { ...before }
  for (const { id, qty_returned, qty_delivered } of await linesOf(db, [order.id])) {
    const told = units.find(({ order_line_id }) => order_line_id === id)
    if (!told) continue
    const others = qty_returned - (before[id] ?? 0)
    now[id] = Math.min(told.qty, qty_delivered - others)
    await db
      .updateTable('order_line')
      .set({ qty_returned: others + now[id] })
      .where('id', '=', id)
      .execute()
  }
  await db
    .updateTable('order_case')
    .set({ returned: JSON.stringify(now) })
    .where('number', '=', number)
    .execute()
  await refreshAxes(db, order.id)
}
