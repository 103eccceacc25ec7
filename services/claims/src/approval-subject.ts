import type { ApprovalSubject, Caller } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import { getClaim } from './claim.ts'
import type { Tables } from './database-tables.ts'
import { getRecovery } from './recovery.ts'
import { findIdentified, type Named } from './recovery-choice.ts'
import { viewerOf } from './viewer.ts'

/** The claim that a call decides about. */
export async function claimSubject(db: Kysely<Tables>, number: string, caller: Caller): Promise<ApprovalSubject> {
  const claim = await getClaim(db, number, viewerOf(caller))
  const { requested_minor, approved_minor, currency } = claim
  return {
    name: `${claim.number} of order ${claim.order_number}, for ${formatMoney(requested_minor, currency)}`,
    version: claim.version,
    state: {
      Status: claim.status.replaceAll('_', ' '),
      Approved: approved_minor === null ? null : formatMoney(approved_minor, currency),
      'Denied because': claim.status === 'denied' ? (claim.reason_code?.replaceAll('_', ' ') ?? null) : null,
    },
  }
}

/** The recovery that a call ends. */
export async function recoverySubject(db: Kysely<Tables>, reference: string): Promise<ApprovalSubject> {
  const recovery = await getRecovery(db, reference)
  const { claimed_minor, paid_minor, currency } = recovery
  const claimed = claimed_minor === null ? '' : `, ${formatMoney(claimed_minor, currency)} claimed`
  return {
    name: `${recovery.file_number}, from the ${recovery.counterparty_kind}${claimed}`,
    version: recovery.version,
    state: {
      Status: recovery.status.replaceAll('_', ' '),
      Recovered: paid_minor === null ? null : formatMoney(paid_minor, currency),
    },
  }
}

/** The recovery that a call files; it may be one that nobody has noted yet. */
export async function filingSubject(db: Kysely<Tables>, named: Named): Promise<ApprovalSubject> {
  const known = await findIdentified(db, named)
  if (known) return recoverySubject(db, known.id)
  return { name: `a recovery for shipment ${named.shipmentRef}`, version: 'new' }
}
