import { z } from 'zod'
import { defineTool } from '../define.ts'
import { AmountMinor, ExpectedVersion, ForeignNumber, RecoveryId, Statement } from '../identifiers.ts'
import { lockRecovery, requireRecoveryVersion } from '../recovery.ts'
import { recordResponse, responseTypes } from '../recovery-response.ts'
import { describeRecovery } from '../recovery-view.ts'
import { RecoveryShape } from '../shapes.ts'
import { requireStaff } from '../viewer.ts'

export const recordCounterpartyResponse = defineTool({
  name: 'record_counterparty_response',
  title: 'Record counterparty response',
  description:
    'Keep what a carrier, insurer or supplier answered to a filed recovery, or what we answered (rejection_of_offer, dispute), and move on with it: deadlines follow. Payment of an offer: accept_recovery_offer.',
  scope: 'claims:recover',
  effect: 'write',
  idempotent: true,
  repeat: 'suspicious',
  input: z.object({
    recovery_id: RecoveryId,
    type: z.enum(responseTypes),
    amount_minor: AmountMinor.optional().describe('Of an offer'),
    text: Statement.describe('What was written'),
    counterparty_ref: ForeignNumber.optional().describe('Their number for it'),
    expected_version: ExpectedVersion.optional(),
  }),
  output: RecoveryShape,
  text: ({ file_number, status }) => `${file_number} is ${status.replaceAll('_', ' ')}`,
  handle: async (args, { db, caller }) => {
    requireStaff(caller)
    const recovery = await lockRecovery(db, args.recovery_id)
    requireRecoveryVersion(recovery, args.expected_version)
    const now = await recordResponse(db, recovery, {
      type: args.type,
      amountMinor: args.amount_minor,
      text: args.text,
      counterpartyRef: args.counterparty_ref,
      actor: caller.subject,
    })
    return describeRecovery(db, now)
  },
})
