import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { RecoveryStatus, Tables } from './database-tables.ts'
import type { Recovery } from './recovery.ts'

/** Where a recovery may go from each status. */
export const recoveryTransitions: Record<RecoveryStatus, readonly RecoveryStatus[]> = {
  identified: ['filed', 'expired'],
  filed: ['acknowledged', 'offer', 'declined'],
  acknowledged: ['offer', 'declined'],
  offer: ['accepted', 'rejected'],
  accepted: ['paid'],
  rejected: ['offer', 'declined'],
  paid: ['closed'],
  declined: ['disputed', 'written_off'],
  disputed: ['offer', 'declined', 'written_off'],
  closed: [],
  written_off: [],
  expired: [],
}

type Consequence = Partial<
  Pick<
    Recovery,
    | 'claimed_minor'
    | 'offered_minor'
    | 'paid_minor'
    | 'identification'
    | 'liability_assertion'
    | 'filed_at'
    | 'filed_by'
    | 'ended_at'
    | 'ledger_tx'
    | 'counterparty_ref'
    | 'policy_no'
    | 'tracking'
  >
>

/**
 * Moves a locked recovery to another status; the version grows by one and the history by one entry.
 *
 * @throws {BusinessError} invalid_transition with the legal set
 */
export async function setRecoveryStatus(
  db: Kysely<Tables>,
  recovery: Recovery,
  to: RecoveryStatus,
  { actor, data = {} }: { actor: string; data?: Record<string, unknown> },
  consequence: Consequence = {},
): Promise<Recovery> {
  requireRecoveryTransition(recovery, to)
  await db
    .insertInto('recovery_event')
    .values({
      recovery_id: recovery.id,
      type: `recovery.${to}`,
      from_status: recovery.status,
      to_status: to,
      actor,
      data: JSON.stringify(data),
    })
    .execute()
  return db
    .updateTable('recovery')
    .set({ status: to, ...consequence, version: recovery.version + 1 })
    .where('id', '=', recovery.id)
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** @throws {BusinessError} invalid_transition with the legal set */
export function requireRecoveryTransition({ id, file_number, status }: Recovery, to: RecoveryStatus): void {
  const legal = recoveryTransitions[status]
  if (legal.includes(to)) return
  throw new BusinessError(
    'invalid_transition',
    `${file_number} is ${status.replaceAll('_', ' ')} and cannot become ${to.replaceAll('_', ' ')}.`,
    { details: { recovery_id: id, status, wanted: to, legal } },
  )
}
