import { type AuthorizationRow, findAuthorization } from './authorization.ts'
import { openDispute } from './disputes.ts'
import { behaviourOf } from './methods.ts'
import { book, feeOf } from './movements.ts'
import { type Ending, endAuthorize } from './operations.ts'
import type { Store } from './store.ts'

/** A part of an authorization; without an amount, all that is left of it. */
export interface Part {
  authorizationId: string
  amount?: number | undefined
  currency: string
}

/** Takes reserved money. A final capture releases the rest. */
export function capture(store: Store, part: Part & { final: boolean }, key: string): Ending {
  const authorization = findAuthorization(store, part.authorizationId)
  const { id, status, currency } = authorization
  const rest = restOf(authorization)
  const amount = part.amount ?? rest
  if (status !== 'authorized')
    return refused(part, amount, `authorization_${status}`, 'This authorization cannot be captured any more.')
  const problem = problemOf(part, amount, currency, rest)
  if (problem) return problem
  const released = part.final ? rest - amount : 0
  store.sql
    .run`update authorization set captured = captured + ${amount}, voided = voided + ${released} where id = ${id}`
  book(store, { kind: 'capture', operationKey: key, authorization, amount, fee: feeOf(amount, currency) })
  if (behaviourOf(authorization.method)?.disputes && authorization.captured === 0)
    openDispute(store, authorization, amount)
  return { authorizationId: id, amount, status: 'succeeded' }
}

/** Releases reserved money. An authorization that still waits for its customer is closed: nothing can come of it. */
export function release(store: Store, part: Part): Ending {
  const authorization = findAuthorization(store, part.authorizationId)
  const { id, status, currency, captured } = authorization
  const rest = restOf(authorization)
  const amount = part.amount ?? rest
  if (status !== 'authorized' && status !== 'requires_action')
    return refused(part, amount, `authorization_${status}`, 'There is nothing reserved on this authorization.')
  const problem = problemOf(part, amount, currency, rest)
  if (problem) return problem
  const closes = amount === rest && captured === 0
  store.sql
    .run`update authorization set voided = voided + ${amount}, status = ${closes ? 'voided' : status} where id = ${id}`
  if (status === 'requires_action' && closes)
    endAuthorize(store, authorization, {
      status: 'failed',
      code: 'voided',
      message: 'It was voided before its customer confirmed.',
    })
  return { authorizationId: id, amount, status: 'succeeded' }
}

/** Gives captured money back. */
export function refund(store: Store, part: Part, key: string): Ending {
  const authorization = findAuthorization(store, part.authorizationId)
  const { id, currency, captured, refunded } = authorization
  const rest = captured - refunded - disputedOf(store, id)
  const amount = part.amount ?? rest
  const problem = problemOf(part, amount, currency, rest)
  if (problem) return problem
  store.sql.run`update authorization set refunded = refunded + ${amount} where id = ${id}`
  book(store, { kind: 'refund', operationKey: key, authorization, amount, fee: 0 })
  return { authorizationId: id, amount, status: 'succeeded' }
}

function restOf({ amount, captured, voided }: AuthorizationRow): number {
  return amount - captured - voided
}

function disputedOf({ sql }: Store, authorizationId: string): number {
  const row = sql.get`select amount from dispute where authorization_id = ${authorizationId} and status != 'won'`
  return Number(row?.amount ?? 0)
}

function problemOf(part: Part, amount: number, currency: string, rest: number): Ending | undefined {
  if (part.currency !== currency)
    return refused(part, amount, 'currency_mismatch', `This authorization is in ${currency}.`)
  if (rest === 0) return refused(part, amount, 'nothing_left', 'Nothing is left of this amount.')
  if (amount > rest) return refused(part, amount, 'amount_too_large', `Only ${rest} is left.`)
  return undefined
}

function refused({ authorizationId }: Part, amount: number, code: string, message: string): Ending {
  return { authorizationId, amount, status: 'failed', code, message }
}
