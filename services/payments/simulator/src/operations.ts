import { ulid } from 'ulid'
import { type AuthorizationRow, authorizationView, findAuthorization } from './authorization.ts'
import { announce } from './notifications.ts'
import type { Store } from './store.ts'

export type OperationKind = 'authorize' | 'capture' | 'void' | 'refund' | 'evidence' | 'acceptance'

/** What a request wants done, under the key that the caller chose for it. */
export interface Instruction {
  key: string
  kind: OperationKind
  /** The request itself, to tell a repetition from another request under the same key. */
  fingerprint: string
}

/** How an operation ended. */
export interface Ending {
  authorizationId: string
  amount: number
  status: 'succeeded' | 'declined' | 'failed' | 'requires_action'
  code?: string
  message?: string
}

export interface OperationRow {
  id: string
  key: string
  kind: OperationKind
  fingerprint: string
  authorization_id: string
  amount: number
  status: Ending['status']
  code: string | null
  message: string | null
  created_at: number
}

/** The same key came with another request. */
export class KeyReused extends Error {}

/** The operation of a key, for ever. */
export function findOperation({ sql }: Store, key: string): OperationRow | undefined {
  return sql.get`select * from operation where key = ${key}` as OperationRow | undefined
}

/** The operation that this request made when it came before. */
export function findRepeated(store: Store, { key, fingerprint }: Instruction): OperationRow | undefined {
  const known = findOperation(store, key)
  if (known && known.fingerprint !== fingerprint) throw new KeyReused()
  return known
}

/** Does the work of a key once, in one transaction with its record and the notification of it. */
export function perform(store: Store, instruction: Instruction, work: () => Ending): OperationRow {
  return store.transaction(() => {
    const known = findRepeated(store, instruction)
    if (known) return known
    const ending = work()
    const operation = record(store, instruction, ending)
    if (operation.status !== 'requires_action') announceOperation(store, operation)
    return operation
  })
}

/** An authorization that waited for its customer has ended. */
export function endAuthorize(
  store: Store,
  authorization: AuthorizationRow,
  ending: Omit<Ending, 'amount' | 'authorizationId'>,
): void {
  const { sql } = store
  const { status, code = null, message = null } = ending
  sql.run`update operation set status = ${status}, code = ${code}, message = ${message}
    where authorization_id = ${authorization.id} and kind = 'authorize'`
  const operation = sql.get`select * from operation where authorization_id = ${authorization.id} and kind = 'authorize'`
  announceOperation(store, operation as unknown as OperationRow)
}

/** An operation as the API tells it. */
export function operationView(store: Store, operation: OperationRow) {
  const { id, key, kind, amount, status, code, message, created_at, authorization_id } = operation
  return {
    ...{ id, key, kind, status, code, message, amount_minor: amount, created_at: new Date(created_at).toISOString() },
    authorization: authorizationView(findAuthorization(store, authorization_id)),
  }
}

function record({ sql }: Store, { key, kind, fingerprint }: Instruction, ending: Ending): OperationRow {
  const { authorizationId, amount, status, code = null, message = null } = ending
  const row = sql.get`insert into operation (id, key, kind, fingerprint, authorization_id, amount, status, code, message, created_at)
    values (${`op_${ulid()}`}, ${key}, ${kind}, ${fingerprint}, ${authorizationId}, ${amount}, ${status}, ${code}, ${message}, ${Date.now()})
    returning *`
  return row as unknown as OperationRow
}

function announceOperation(store: Store, operation: OperationRow): void {
  announce(store, {
    type: `${operation.kind}.${operation.status}`,
    cause: operation.kind,
    authorizationId: operation.authorization_id,
    data: { operation: operationView(store, operation) },
  })
}
