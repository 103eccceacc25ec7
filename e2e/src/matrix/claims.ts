import { assessmentOf, type ClaimStage, claimAt, filingOf, recoveryAt, soldUnits } from '../retail/after-sales.ts'
import type { Retail } from '../retail/retail.ts'
import { type Args, fresh, oneMore, otherText, type Row } from './row.ts'

const row = (tool: string, args: Row['args'], changed: Row['changed'], more: Partial<Row> = {}): Row => ({
  ...{ domain: 'claims', tool, as: 'claims', args, changed },
  ...more,
})

/** Arguments that name a claim which has come so far. */
const at =
  (stage: ClaimStage, more: Args = {}) =>
  async (retail: Retail): Promise<Args> => ({ claim_number: (await claimAt(retail, stage)).claim_number, ...more })

const other = (name: string, value: unknown) => (args: Args) => ({ ...args, [name]: value })

const photo = { kind: 'photo', uri: 'https://files.example.com/1.jpg', sha256: 'a'.repeat(64), mime: 'image/jpeg' }

/** The write tools of claims. */
export const claimsRows: Row[] = [
  row(
    'open_claim',
    async (retail) => {
      const { order_id, order_line_id } = await soldUnits(retail, 1)
      return { order_id, type: 'damaged', lines: [{ order_line_id, qty: 1 }], statement: 'Broken', force_new: true }
    },
    otherText('statement'),
  ),
  row('add_evidence', at('submitted', photo), other('sha256', 'b'.repeat(64))),
  row('request_evidence', at('submitted', { kinds: ['photo'], message: 'A picture, please' }), otherText('message')),
  row(
    'assess_claim',
    async (retail) => assessmentOf((await claimAt(retail, 'submitted')).claim_number),
    otherText('findings'),
  ),
  row(
    'approve_claim',
    async (retail) => {
      const {
        claim_number,
        requested_minor: amount_minor,
        version: expected_version,
      } = await claimAt(retail, 'assessed')
      return { claim_number, amount_minor, expected_version }
    },
    (args) => ({ ...args, amount_minor: Number(args.amount_minor) - 1 }),
    { as: 'claims2' },
  ),
  row('deny_claim', at('assessed', { reason_code: 'no_evidence', letter: 'Nothing shows it.' }), otherText('letter')),
  row('settle_claim', at('approved', { method: 'refund' }), other('method', 'store_credit')),
  row('appeal_claim', at('denied', { statement: 'Look again' }), otherText('statement')),
  row('withdraw_claim', at('submitted', { reason: 'Found it' }), otherText('reason')),
  row('file_carrier_claim', async () => filingOf(fresh('shp')), oneMore('amount_minor')),
  row(
    'record_counterparty_response',
    async (retail) => ({
      ...{ recovery_id: (await recoveryAt(retail, 'filed')).recovery_id, type: 'acknowledgement' },
      text: 'We have it',
    }),
    otherText('text'),
  ),
  row('accept_recovery_offer', async (retail) => ({ ...(await recoveryAt(retail, 'offer')) }), oneMore('amount_minor')),
  row(
    'write_off_recovery',
    async (retail) => ({
      ...(await recoveryAt(retail, 'decline')),
      reason: 'Not worth a suit',
    }),
    otherText('reason'),
  ),
  row(
    'record_settlement',
    async (retail) => {
      const { claim_number, settlements } = await claimAt(retail, 'settled')
      return { claim_number, settlement_id: settlements[0]?.settlement_id, status: 'succeeded' }
    },
    other('status', 'failed'),
    { as: 'service:oms' },
  ),
]
