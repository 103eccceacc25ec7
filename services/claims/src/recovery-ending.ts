import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import { write } from './correspondence.ts'
import type { Tables } from './database-tables.ts'
import { endDeadlines } from './deadline.ts'
import { report } from './facts.ts'
import type { Recovery } from './recovery.ts'
import { setRecoveryStatus } from './recovery-status.ts'

const taken = ['accepted', 'paid', 'closed']

/**
 * Accepts the offer that a locked recovery has; again changes nothing.
 *
 * @throws {BusinessError} conflict when another amount was offered; invalid_transition
 */
export async function acceptOffer(
  db: Kysely<Tables>,
  recovery: Recovery,
  { amountMinor, actor }: { amountMinor: number; actor: string },
): Promise<Recovery> {
  if (taken.includes(recovery.status) || recovery.status === 'offer') requireSame(recovery, amountMinor)
  if (taken.includes(recovery.status)) return recovery
  const data = { amount_minor: amountMinor }
  const accepted = await setRecoveryStatus(db, recovery, 'accepted', { actor, data })
  const text = `The offer of ${formatMoney(amountMinor, recovery.currency)} is accepted.`
  await write(db, { recoveryId: recovery.id, direction: 'out', kind: 'acceptance', text, amountMinor, author: actor })
  return accepted
}

/** Closes a locked recovery whose money is in the ledger. */
export async function closePaid(db: Kysely<Tables>, recovery: Recovery, ledgerTx: string): Promise<Recovery> {
  const actor = 'claims'
  const amount = { paid_minor: recovery.offered_minor, ledger_tx: ledgerTx }
  const paid = await setRecoveryStatus(db, recovery, 'paid', { actor, data: { ledger_tx: ledgerTx } }, amount)
  const closed = await setRecoveryStatus(db, paid, 'closed', { actor }, { ended_at: new Date() })
  await endDeadlines(db, recovery.id)
  await reportEnd(db, 'paid', closed, closed.paid_minor ?? 0)
  return closed
}

/**
 * Gives a declined, locked recovery up; again changes nothing.
 *
 * @throws {BusinessError} conflict when another amount was claimed; invalid_transition
 */
export async function writeOff(
  db: Kysely<Tables>,
  recovery: Recovery,
  { amountMinor, reason, actor }: { amountMinor: number; reason: string; actor: string },
): Promise<Recovery> {
  const { claimed_minor, currency } = recovery
  if (claimed_minor !== null && amountMinor !== claimed_minor)
    throw new BusinessError('conflict', `${formatMoney(claimed_minor, currency)} is claimed: write off all of it.`, {
      details: { claimed_minor },
    })
  if (recovery.status === 'written_off') return recovery
  const data = { amount_minor: amountMinor, reason }
  const over = await setRecoveryStatus(db, recovery, 'written_off', { actor, data }, { ended_at: new Date() })
  await endDeadlines(db, recovery.id)
  await reportEnd(db, 'written_off', over, amountMinor)
  return over
}

async function reportEnd(
  db: Kysely<Tables>,
  what: 'paid' | 'written_off',
  { id, claim_id, order_id, counterparty, currency }: Recovery,
  amountMinor: number,
): Promise<void> {
  const claim = claim_id
    ? await db.selectFrom('claim').select('number').where('id', '=', claim_id).executeTakeFirst()
    : undefined
  await report(db, `recovery.${what}.v1`, id, {
    recovery_id: id,
    claim_number: claim?.number ?? null,
    order_id,
    counterparty,
    amount_minor: amountMinor,
    currency,
  })
}

function requireSame({ offered_minor, currency, file_number }: Recovery, amountMinor: number): void {
  if (offered_minor === amountMinor) return
  const offer = formatMoney(offered_minor ?? 0, currency)
  throw new BusinessError('conflict', `${offer} is offered for ${file_number}; another amount cannot be accepted.`, {
    details: { offered_minor },
  })
}
