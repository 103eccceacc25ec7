import type { Store } from './store.ts'

export interface AuthorizationRow {
  id: string
  intent_id: string
  order_ref: string
  customer_id: string
  method: string
  currency: string
  amount: number
  captured: number
  voided: number
  refunded: number
  status: 'requires_action' | 'authorized' | 'declined' | 'voided' | 'expired'
  risk: 'normal' | 'elevated'
  capture_before: number
  action_before: number | null
  created_at: number
}

/** @throws when there is none: callers have seen it before */
export function findAuthorization({ sql }: Store, id: string): AuthorizationRow {
  const row = sql.get`select * from authorization where id = ${id}`
  if (!row) throw new Error(`authorization ${id} is gone`)
  return row as unknown as AuthorizationRow
}

export function hasAuthorization({ sql }: Store, id: string): boolean {
  return sql.get`select 1 from authorization where id = ${id}` !== undefined
}

/** What was authorised, or asked for, from a moment up to another, oldest first. */
export function authorizationsBetween({ sql }: Store, from: number, to: number): AuthorizationRow[] {
  const rows = sql.all`select * from authorization where created_at >= ${from} and created_at < ${to}
    order by created_at, id`
  return rows as unknown as AuthorizationRow[]
}

/** An authorization as the API tells it. */
export function authorizationView(row: AuthorizationRow) {
  return {
    ...{ id: row.id, intent_id: row.intent_id, order_ref: row.order_ref, status: row.status, risk: row.risk },
    ...{ currency: row.currency, amount_minor: row.amount, captured_minor: row.captured },
    ...{ voided_minor: row.voided, refunded_minor: row.refunded },
    capture_before: new Date(row.capture_before).toISOString(),
  }
}
