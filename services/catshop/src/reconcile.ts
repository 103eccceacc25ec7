import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/** A purchase that has begun, as it is compared with the orders. */
export interface SessionBooks {
  checkout_id: string
  customer_id: string
  status: string
  currency: string
  total_minor: number
  order_ref: string | null
  /** It has been on its way for longer than any customer is given. */
  overdue: boolean
}

/** Purchases that have begun, in order of their ids. */
export async function begunCheckouts(db: Kysely<Tables>, after: string, limit: number): Promise<string[]> {
  const { rows } = await sql<{ checkout_id: string }>`
    select checkout_id from checkout_session where checkout_id > ${after} and purchase is not null
    order by checkout_id limit ${limit}`.execute(db)
  return rows.map(({ checkout_id }) => checkout_id)
}

/** The purchases of those ids. */
export async function readSessions(db: Kysely<Tables>, checkoutIds: readonly string[]): Promise<SessionBooks[]> {
  const { rows } = await sql<SessionBooks>`
    select checkout_id, customer_id, status, purchase->>'currency' as currency, total_minor, order_ref,
      status in ('complete_in_progress', 'requires_escalation') and begun_at < now() - interval '30 minutes' as overdue
    from checkout_session where checkout_id = any(${checkoutIds})`.execute(db)
  return rows
}
