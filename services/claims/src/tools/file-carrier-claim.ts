import { BusinessError } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { begin, outcomeOf } from '@backroom/workflows'
import { ulid } from 'ulid'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { filingSubject } from '../approval-subject.ts'
import { counterpartyKinds, evidenceKinds, recoveryBases } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import {
  AmountMinor,
  Currency,
  ForeignNumber,
  Name,
  RecoveryId,
  Sha256,
  ShipmentReference,
  Statement,
} from '../identifiers.ts'
import { getRecovery } from '../recovery.ts'
import { findIdentified } from '../recovery-choice.ts'
import { describeRecovery } from '../recovery-view.ts'
import { RecoveryShape } from '../shapes.ts'
import { requireStaff } from '../viewer.ts'
import { fileCarrierClaim as workflow } from '../workflows/file-recovery.ts'
import { FileUri, Mime } from './add-evidence.ts'

export const fileCarrierClaim = defineTool({
  name: 'file_carrier_claim',
  title: 'File carrier claim',
  description:
    'Claim from whoever is liable for a lost, damaged or late shipment: the carrier, or an insurer or supplier named in counterparty. The claim must identify the shipment, assert liability and name an amount (49 CFR 370.3). Answers with the file number and the deadlines of the counterparty.',
  scope: 'claims:recover',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  approval: ({ amount_minor, currency }, { db }) =>
    tierOf(db, 'file_carrier_claim', { minor: amount_minor, currency }, 'asks a business partner for'),
  subject: ({ recovery_id, shipment_id, counterparty }, { db }) =>
    filingSubject(db, { recoveryId: recovery_id, shipmentRef: shipment_id, counterparty }),
  input: z.object({
    shipment_id: ShipmentReference.optional().describe('The shipment; or name the recovery'),
    recovery_id: RecoveryId.optional().describe(
      'A recovery that is identified, from get_claim or list_claim_deadlines',
    ),
    amount_minor: AmountMinor,
    currency: Currency.default('USD'),
    liability_assertion: Statement.describe('That the counterparty is liable, for what and why'),
    identification: z
      .string()
      .trim()
      .min(3)
      .max(500)
      .optional()
      .describe('Which shipment it is, in words of the counterparty; default: its tracking number'),
    basis: z.enum(recoveryBases).default('damage'),
    counterparty: z
      .object({ kind: z.enum(counterpartyKinds), name: Name })
      .optional()
      .describe('Default: the carrier of the shipment'),
    policy_no: ForeignNumber.optional().describe('Of the insurance'),
    documents: z
      .array(z.object({ kind: z.enum(evidenceKinds), uri: FileUri, sha256: Sha256, mime: Mime }))
      .max(20)
      .default([])
      .describe('Bill of lading, invoice, photos'),
  }),
  output: RecoveryShape,
  text: ({ file_number, counterparty, claimed_minor, currency }) =>
    `${file_number}: ${formatMoney(claimed_minor ?? 0, currency)} claimed from ${counterparty.name}`,
  start: async (args, { db, caller }) => {
    requireStaff(caller)
    const { shipment_id: shipment, recovery_id, counterparty, currency } = args
    const known = await findIdentified(db, { recoveryId: recovery_id, shipmentRef: shipment, counterparty })
    if (known && known.currency !== currency)
      throw new BusinessError('invalid_argument', `${known.file_number} is in ${known.currency}, not in ${currency}.`)
    const id = `file:${ulid()}`
    await begin(db, workflow, {
      id,
      subject: known?.id ?? shipment ?? '',
      startedBy: caller.subject,
      input: {
        recoveryId: known?.id,
        shipment: known?.shipment_ref ?? shipment ?? '',
        counterparty,
        basis: args.basis,
        currency,
        filing: {
          identification: args.identification,
          liabilityAssertion: args.liability_assertion,
          amountMinor: args.amount_minor,
          documents: args.documents,
          policyNo: args.policy_no,
          actor: caller.subject,
        },
      },
    })
    return { workflowId: id, handle: known?.id ?? shipment ?? '' }
  },
  outcome: async (workflowId, { db }) => {
    const { recoveryId } = await outcomeOf(workflow, workflowId)
    return describeRecovery(db, await getRecovery(db, recoveryId))
  },
})
