import { formatMoney } from '@backroom/money'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { recoverySubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, ExpectedVersion, RecoveryId } from '../identifiers.ts'
import { getRecovery, lockRecovery, requireRecoveryVersion } from '../recovery.ts'
import { writeOff } from '../recovery-ending.ts'
import { describeRecovery } from '../recovery-view.ts'
import { RecoveryShape } from '../shapes.ts'
import { requireStaff } from '../viewer.ts'

export const writeOffRecovery = defineTool({
  name: 'write_off_recovery',
  title: 'Write off recovery',
  description:
    'Give up a recovery that was declined. No money was booked for it, so that none is taken back: ledger_tx is null. Writing it off again changes nothing.',
  scope: 'claims:recover',
  effect: 'destructive',
  idempotent: true,
  repeat: 'natural',
  approval: async ({ recovery_id, amount_minor }, { db }) => {
    const { currency } = await getRecovery(db, recovery_id)
    return tierOf(db, 'write_off_recovery', { minor: amount_minor, currency }, 'gives up')
  },
  subject: ({ recovery_id }, { db }) => recoverySubject(db, recovery_id),
  input: z.object({
    recovery_id: RecoveryId,
    amount_minor: AmountMinor.describe('All that was claimed, in minor units'),
    reason: z.string().trim().min(3).max(500),
    expected_version: ExpectedVersion.optional(),
  }),
  output: z.object({ recovery: RecoveryShape, ledger_tx: z.null(), amount_minor: z.int(), currency: z.string() }),
  text: ({ recovery, amount_minor, currency }) =>
    `${formatMoney(amount_minor, currency)} of ${recovery.file_number} written off`,
  handle: async ({ recovery_id, amount_minor, reason, expected_version }, { db, caller }) => {
    requireStaff(caller)
    const recovery = await lockRecovery(db, recovery_id)
    if (recovery.status !== 'written_off') requireRecoveryVersion(recovery, expected_version)
    const over = await writeOff(db, recovery, { amountMinor: amount_minor, reason, actor: caller.subject })
    const described = await describeRecovery(db, over)
    return { recovery: described, ledger_tx: null, amount_minor, currency: over.currency }
  },
})
