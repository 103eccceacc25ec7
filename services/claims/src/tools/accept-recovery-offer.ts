import { formatMoney } from '@backroom/money'
import { begin, outcomeOf } from '@backroom/workflows'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { recoverySubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { AmountMinor, ExpectedVersion, RecoveryId } from '../identifiers.ts'
import { getRecovery, lockRecovery, requireRecoveryVersion } from '../recovery.ts'
import { acceptOffer } from '../recovery-ending.ts'
import { describeRecovery } from '../recovery-view.ts'
import { RecoveryShape } from '../shapes.ts'
import { requireStaff } from '../viewer.ts'
import { collectRecovery, collectSagaId } from '../workflows/collect-recovery.ts'

export const acceptRecoveryOffer = defineTool({
  name: 'accept_recovery_offer',
  title: 'Accept recovery offer',
  description:
    'Accept what a counterparty offers, and book it in the ledger as recovered; what was claimed beyond it is given up. Accepting it again answers with the same booking.',
  scope: 'claims:recover',
  effect: 'destructive',
  idempotent: true,
  repeat: 'natural',
  approval: async ({ recovery_id, amount_minor }, { db }) => {
    const { currency } = await getRecovery(db, recovery_id)
    return tierOf(db, 'accept_recovery_offer', { minor: amount_minor, currency }, 'books and settles for')
  },
  subject: ({ recovery_id }, { db }) => recoverySubject(db, recovery_id),
  input: z.object({
    recovery_id: RecoveryId,
    amount_minor: AmountMinor.describe('The amount offered, in minor units'),
    expected_version: ExpectedVersion.optional(),
  }),
  output: z.object({ recovery: RecoveryShape, ledger_tx: z.string(), amount_minor: z.int(), currency: z.string() }),
  text: ({ recovery, amount_minor, currency }) =>
    `${formatMoney(amount_minor, currency)} recovered from ${recovery.counterparty.name}`,
  start: async ({ recovery_id, amount_minor, expected_version }, { db, caller }) => {
    requireStaff(caller)
    const recovery = await lockRecovery(db, recovery_id)
    if (recovery.status === 'offer') requireRecoveryVersion(recovery, expected_version)
    const { id, claim_id, file_number, currency, counterparty } = await acceptOffer(db, recovery, {
      amountMinor: amount_minor,
      actor: caller.subject,
    })
    const sagaId = collectSagaId(id)
    await begin(db, collectRecovery, {
      id: sagaId,
      subject: id,
      input: { recoveryId: id, claimId: claim_id ?? file_number, amountMinor: amount_minor, currency, counterparty },
      startedBy: caller.subject,
    })
    return { workflowId: sagaId, handle: id }
  },
  outcome: async (workflowId, { db }) => {
    const { recoveryId } = await outcomeOf(collectRecovery, workflowId)
    const recovery = await describeRecovery(db, await getRecovery(db, recoveryId))
    const { ledger_tx, paid_minor, currency } = recovery
    return { recovery, ledger_tx: ledger_tx ?? '', amount_minor: paid_minor ?? 0, currency }
  },
})
