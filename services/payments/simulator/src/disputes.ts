import { exponentOf } from '@backroom/money'
import { ulid } from 'ulid'
import { type AuthorizationRow, authorizationView, findAuthorization } from './authorization.ts'
import { book } from './movements.ts'
import { announce } from './notifications.ts'
import type { Ending } from './operations.ts'
import type { Store } from './store.ts'

export interface DisputeRow {
  id: string
  authorization_id: string
  amount: number
  reason: string
  status: 'needs_response' | 'under_review' | 'won' | 'lost' | 'accepted'
  respond_by: number
  evidence: string | null
  created_at: number
}

const RESPOND_MS = 7 * 86_400_000

/** The owner of a card wants a captured payment back; the bank takes the money until it has decided. */
export function openDispute(store: Store, authorization: AuthorizationRow, amount: number): void {
  const id = `dp_${ulid()}`
  const now = Date.now()
  store.sql.run`insert into dispute (id, authorization_id, amount, reason, status, respond_by, created_at)
    values (${id}, ${authorization.id}, ${amount}, 'product_not_received', 'needs_response', ${now + RESPOND_MS}, ${now})`
  const fee = 15 * 10 ** exponentOf(authorization.currency)
  book(store, { kind: 'dispute', disputeId: id, authorization, amount, fee })
  announceDispute(store, id, 'dispute.opened')
}

export function findDispute({ sql }: Store, id: string): DisputeRow | undefined {
  return sql.get`select * from dispute where id = ${id}` as DisputeRow | undefined
}

/** Evidence goes to the bank, which decides at once: for the shop when there is a proof of delivery, else against it. */
export function submitEvidence(store: Store, dispute: DisputeRow, evidence: Record<string, string>): Ending {
  const ending = { authorizationId: dispute.authorization_id, amount: dispute.amount }
  if (dispute.status !== 'needs_response')
    return {
      ...ending,
      status: 'failed',
      code: `dispute_${dispute.status}`,
      message: 'This dispute takes no evidence any more.',
    }
  store.sql.run`update dispute set evidence = ${JSON.stringify(evidence)} where id = ${dispute.id}`
  setStatus(store, dispute, 'under_review')
  close(store, dispute, evidence.proof_of_delivery ? 'won' : 'lost')
  return { ...ending, status: 'succeeded' }
}

/** The shop gives in. */
export function acceptDispute(store: Store, dispute: DisputeRow): Ending {
  const ending = { authorizationId: dispute.authorization_id, amount: dispute.amount }
  if (dispute.status !== 'needs_response')
    return {
      ...ending,
      status: 'failed',
      code: `dispute_${dispute.status}`,
      message: 'This dispute is already decided.',
    }
  close(store, dispute, 'accepted')
  return { ...ending, status: 'succeeded' }
}

/** Disputes that nobody answered in time are lost. */
export function expireDisputes(store: Store, now: number): void {
  store.transaction(() => {
    const overdue = store.sql
      .all`select * from dispute where status = 'needs_response' and respond_by < ${now} limit 100`
    for (const dispute of overdue as unknown as DisputeRow[]) close(store, dispute, 'lost')
  })
}

function close(store: Store, dispute: DisputeRow, status: 'won' | 'lost' | 'accepted'): void {
  if (status === 'won') {
    const authorization = findAuthorization(store, dispute.authorization_id)
    book(store, {
      kind: 'dispute_reversal',
      disputeId: dispute.id,
      authorization,
      amount: dispute.amount,
      fee: 0,
    })
  }
  setStatus(store, dispute, status)
}

function setStatus(store: Store, { id }: DisputeRow, status: DisputeRow['status']): void {
  store.sql.run`update dispute set status = ${status} where id = ${id}`
  announceDispute(store, id, 'dispute.updated')
}

function announceDispute(store: Store, id: string, type: string): void {
  const dispute = findDispute(store, id) as DisputeRow
  const { authorization_id, amount, reason, status, respond_by } = dispute
  announce(store, {
    type,
    cause: 'dispute',
    authorizationId: authorization_id,
    data: {
      dispute: {
        ...{ id, reason, status, amount_minor: amount, respond_by: new Date(respond_by).toISOString() },
        authorization: authorizationView(findAuthorization(store, authorization_id)),
      },
    },
  })
}
