import type { Kysely } from 'kysely'
import type { CaseKind, Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { refreshAxes } from './order-axes.ts'

/** A return or a claim of an order, as its own domain tells of it. */
export interface CaseNews {
  /** RMA-… or CLM-… */
  number: string
  kind: CaseKind
  /** The last part of the fact that told of it: `requested`, `settled`, … */
  status: string
  open: boolean
}

/** Writes down how far a return or claim of a locked order is; the return axis follows. */
export async function noteCase(db: Kysely<Tables>, order: Order, { number, ...news }: CaseNews): Promise<Order> {
  const row = { ...news, changed_at: new Date() }
  await db
    .insertInto('order_case')
    .values({ number, order_id: order.id, ...row })
    .onConflict((conflict) => conflict.column('number').doUpdateSet(row))
    .execute()
  await db
    .updateTable('orders')
    .set({ return_open: await hasOpenCase(db, order.id, 'return') })
    .where('id', '=', order.id)
    .execute()
  return refreshAxes(db, order.id)
}

async function hasOpenCase(db: Kysely<Tables>, orderId: string, kind: CaseKind): Promise<boolean> {
  const open = await db
    .selectFrom('order_case')
    .select('number')
    .where('order_id', '=', orderId)
    .where('kind', '=', kind)
    .where('open', '=', true)
    .limit(1)
    .executeTakeFirst()
  return open !== undefined
}
