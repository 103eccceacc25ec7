import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import { write } from './correspondence.ts'
import type { RecoveryStatus, Tables } from './database-tables.ts'
import { endDeadlines, startDeadlines } from './deadline.ts'
import { noteOfRecovery } from './history.ts'
import type { Recovery } from './recovery.ts'
import { setRecoveryStatus } from './recovery-status.ts'

/** What passes between us and the counterparty after filing; the last two are ours. */
export const responseTypes = [
  'acknowledgement',
  'status_update',
  'offer',
  'decline',
  'rejection_of_offer',
  'dispute',
] as const
export type ResponseType = (typeof responseTypes)[number]

export interface Response {
  type: ResponseType
  /** Of an offer; minor units. */
  amountMinor?: number | undefined
  text: string
  counterpartyRef?: string | undefined
  actor: string
}

const leadsTo: Partial<Record<ResponseType, RecoveryStatus>> = {
  acknowledgement: 'acknowledged',
  offer: 'offer',
  decline: 'declined',
  rejection_of_offer: 'rejected',
  dispute: 'disputed',
}
const ours: readonly ResponseType[] = ['rejection_of_offer', 'dispute']
const answerable: readonly RecoveryStatus[] = ['filed', 'acknowledged', 'offer', 'rejected', 'declined', 'disputed']

/**
 * Keeps what the counterparty of a locked recovery said, or what we answered, and moves on with it.
 *
 * @throws {BusinessError} invalid_argument for an offer without an amount or above what was claimed; invalid_transition
 */
export async function recordResponse(db: Kysely<Tables>, recovery: Recovery, response: Response): Promise<Recovery> {
  requireAmount(recovery, response)
  const { type, amountMinor, text, actor, counterpartyRef } = response
  const next = await moveOn(db, recovery, response)
  await write(db, {
    recoveryId: recovery.id,
    direction: ours.includes(type) ? 'out' : 'in',
    kind: type,
    text,
    amountMinor,
    author: ours.includes(type) ? actor : recovery.counterparty,
  })
  await moveDeadlines(db, next, type)
  if (counterpartyRef === undefined || counterpartyRef === next.counterparty_ref) return next
  return db
    .updateTable('recovery')
    .set({ counterparty_ref: counterpartyRef })
    .where('id', '=', recovery.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

async function moveOn(db: Kysely<Tables>, recovery: Recovery, { type, amountMinor, actor }: Response) {
  const to = leadsTo[type]
  if (to)
    return setRecoveryStatus(
      db,
      recovery,
      to,
      { actor, data: amountMinor === undefined ? {} : { amount_minor: amountMinor } },
      type === 'offer' && amountMinor !== undefined ? { offered_minor: amountMinor } : {},
    )
  if (!answerable.includes(recovery.status))
    throw new BusinessError(
      'invalid_transition',
      `${recovery.file_number} is ${recovery.status}: nothing is awaited.`,
      {
        details: { status: recovery.status, legal: [] },
      },
    )
  await noteOfRecovery(db, { recoveryId: recovery.id, type: 'recovery.status_update', actor })
  return recovery
}

/** Any answer acknowledges; a final one ends the wait; a delay is to be explained again and again. */
async function moveDeadlines(db: Kysely<Tables>, recovery: Recovery, type: ResponseType): Promise<void> {
  const { id, status } = recovery
  if (ours.includes(type)) {
    await startDeadlines(db, recovery, ['follow_up'], new Date())
    return
  }
  await endDeadlines(db, id, ['acknowledge', 'follow_up'])
  if (type === 'status_update' && status !== 'offer' && status !== 'declined')
    await startDeadlines(db, recovery, ['follow_up'], new Date())
  if (type === 'offer' || type === 'decline') await endDeadlines(db, id, ['decide'])
  if (type === 'decline') {
    await endDeadlines(db, id, ['sue'])
    await startDeadlines(db, recovery, ['sue'], new Date())
  }
}

function requireAmount({ claimed_minor, currency }: Recovery, { type, amountMinor }: Response): void {
  if (type !== 'offer') {
    if (amountMinor === undefined) return
    throw new BusinessError('invalid_argument', 'Only an offer has an amount_minor.')
  }
  if (amountMinor === undefined) throw new BusinessError('invalid_argument', 'An offer needs its amount_minor.')
  if (claimed_minor === null || amountMinor <= claimed_minor) return
  throw new BusinessError(
    'invalid_argument',
    `An offer of ${formatMoney(amountMinor, currency)} is above the ${formatMoney(claimed_minor, currency)} claimed.`,
    { details: { claimed_minor } },
  )
}
