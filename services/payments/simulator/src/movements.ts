import { exponentOf } from '@backroom/money'
import type { AuthorizationRow } from './authorization.ts'
import type { Store } from './store.ts'

interface Booking {
  kind: 'capture' | 'refund' | 'dispute' | 'dispute_reversal'
  /** Key of the operation, or id of the dispute, that it comes from. */
  operationKey?: string
  disputeId?: string
  authorization: Pick<AuthorizationRow, 'id' | 'currency'>
  amount: number
  fee: number
  /** Epoch ms. Default: now. */
  at?: number
}

/** Writes a movement of money into the books. */
export function book({ sql }: Store, { kind, operationKey, disputeId, authorization, amount, fee, at }: Booking): void {
  sql.run`insert into movement (kind, operation_key, dispute_id, authorization_id, amount, fee, currency, booked_at)
    values (${kind}, ${operationKey ?? null}, ${disputeId ?? null}, ${authorization.id}, ${amount}, ${fee},
      ${authorization.currency}, ${at ?? Date.now()})`
}

/** 2.9 % and 30 hundredths of the currency. */
export function feeOf(amount: number, currency: string): number {
  return Math.round((amount * 29) / 1_000) + Math.round((30 * 10 ** exponentOf(currency)) / 100)
}

/** What was booked from a moment up to another, oldest first, as the API tells it. */
export function movementsBetween({ sql }: Store, from: number, to: number) {
  const rows = sql.all`select movement.*, coalesce(operation.id, movement.dispute_id) as reference
    from movement left join operation on operation.key = movement.operation_key
    where booked_at >= ${from} and booked_at < ${to} order by booked_at, movement.id`
  return (rows as unknown as MovementRow[]).map((row) => ({
    ...{ kind: row.kind, operation_key: row.operation_key, reference: row.reference, currency: row.currency },
    ...{ authorization_id: row.authorization_id, amount_minor: row.amount, fee_minor: row.fee },
    booked_at: new Date(row.booked_at).toISOString(),
  }))
}

interface MovementRow {
  kind: Booking['kind']
  operation_key: string | null
  reference: string
  authorization_id: string
  amount: number
  fee: number
  currency: string
  booked_at: number
}
