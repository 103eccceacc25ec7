import { ulid } from 'ulid'
import { type AuthorizationRow, authorizationView, findAuthorization } from './authorization.ts'
import type { MethodBehaviour } from './methods.ts'
import { announce } from './notifications.ts'
import { type Ending, endAuthorize } from './operations.ts'
import type { Store } from './store.ts'

export interface AuthorizeOrder {
  intentId: string
  orderRef: string
  customerId: string
  method: string
  currency: string
  amount: number
}

const WINDOW_MS = 7 * 86_400_000
const ACTION_WINDOW_MS = 15 * 60_000

const unconfirmed = { code: 'authentication_failed', message: 'The payment was not confirmed, so nothing was charged.' }
const tooLate = {
  code: 'authentication_expired',
  message: 'The payment was not confirmed in time. Nothing was charged.',
}

/** Reserves money on a method, or says why not. */
export function authorize({ sql }: Store, order: AuthorizeOrder, behaviour: MethodBehaviour): Ending {
  const { decline, confirms, confirmsWithinMs = ACTION_WINDOW_MS, risk = 'normal' } = behaviour
  const id = `sim_${ulid()}`
  const now = Date.now()
  const status = decline ? 'declined' : confirms ? 'requires_action' : 'authorized'
  const actionBefore = confirms ? now + confirmsWithinMs : null
  sql.run`insert into authorization
    (id, intent_id, order_ref, customer_id, method, currency, amount, status, risk, capture_before, action_before, created_at)
    values (${id}, ${order.intentId}, ${order.orderRef}, ${order.customerId}, ${order.method}, ${order.currency},
      ${order.amount}, ${status}, ${risk}, ${now + WINDOW_MS}, ${actionBefore}, ${now})`
  const ending = { authorizationId: id, amount: order.amount }
  if (decline) return { ...ending, status: 'declined', ...decline }
  return { ...ending, status: confirms ? 'requires_action' : 'succeeded' }
}

/** The newest authorization of an intent that asked its customer to confirm. */
export function findAction({ sql }: Store, intentId: string): AuthorizationRow | undefined {
  const row = sql.get`select * from authorization where intent_id = ${intentId} and action_before is not null
    order by created_at desc, id desc limit 1`
  return row as AuthorizationRow | undefined
}

/** The customer's answer. The first one stands. */
export function completeAction(store: Store, intentId: string, approves: boolean): AuthorizationRow | undefined {
  return store.transaction(() => {
    const waiting = findAction(store, intentId)
    if (waiting?.status !== 'requires_action') return waiting
    if (approves) {
      store.sql
        .run`update authorization set status = 'authorized', capture_before = ${Date.now() + WINDOW_MS} where id = ${waiting.id}`
      endAuthorize(store, waiting, { status: 'succeeded' })
    } else {
      setStatus(store, waiting.id, 'declined')
      endAuthorize(store, waiting, { status: 'declined', ...unconfirmed })
    }
    return findAuthorization(store, waiting.id)
  })
}

/** Ends what waited too long: for its customer, or for its capture. */
export function expireAuthorizations(store: Store, now: number): void {
  store.transaction(() => {
    const { sql } = store
    const unanswered = sql.all`select * from authorization where status = 'requires_action' and action_before < ${now} limit 100`
    for (const row of unanswered as unknown as AuthorizationRow[]) {
      setStatus(store, row.id, 'expired')
      endAuthorize(store, row, { status: 'declined', ...tooLate })
    }
    const uncaptured = sql.all`select * from authorization
      where status = 'authorized' and capture_before < ${now} and captured + voided < amount limit 100`
    for (const row of uncaptured as unknown as AuthorizationRow[]) {
      sql.run`update authorization set status = 'expired', voided = amount - captured where id = ${row.id}`
      const authorization = authorizationView(findAuthorization(store, row.id))
      announce(store, {
        type: 'authorization.expired',
        cause: 'authorize',
        authorizationId: row.id,
        data: { authorization },
      })
    }
  })
}

function setStatus({ sql }: Store, id: string, status: AuthorizationRow['status']): void {
  sql.run`update authorization set status = ${status} where id = ${id}`
}
