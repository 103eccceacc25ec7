import { type ReturnStage, returnAt, soldUnits } from '../retail/after-sales.ts'
import type { Retail } from '../retail/retail.ts'
import { type Args, oneMore, otherText, type Row } from './row.ts'

const row = (tool: string, args: Row['args'], changed: Row['changed'], more: Partial<Row> = {}): Row => ({
  ...{ domain: 'rma', tool, as: 'returns', args, changed },
  ...more,
})

/** Arguments that name a return which has come so far. */
const at =
  (stage: ReturnStage, more: Args = {}) =>
  async (retail: Retail): Promise<Args> => ({ rma_number: (await returnAt(retail, stage)).rma_number, ...more })

async function lineAt(retail: Retail, stage: ReturnStage): Promise<{ rma_number: string; line: string | undefined }> {
  const { rma_number, lines } = await returnAt(retail, stage)
  return { rma_number, line: lines[0]?.rma_line_id }
}

const other = (name: string, value: unknown) => (args: Args) => ({ ...args, [name]: value })

/** The write tools of returns. */
export const rmaRows: Row[] = [
  row(
    'create_rma',
    async (retail) => {
      const { order_id, order_line_id } = await soldUnits(retail, 1)
      return { order_id, lines: [{ order_line_id, qty: 1, reason: 'defective' }] }
    },
    other('resolution', 'exchange'),
  ),
  row('authorize_rma', at('requested'), other('note', 'Another')),
  row('reject_rma', at('requested', { note: 'Worn' }), otherText('note')),
  row('issue_return_label', at('authorized'), other('method', 'qr')),
  row(
    'receive_return',
    async (retail) => {
      const { rma_number, line } = await lineAt(retail, 'authorized')
      return { rma_number, lines: [{ line, qty: 1 }] }
    },
    other('dock', 'R9'),
  ),
  row(
    'inspect_return',
    async (retail) => ({ ...(await lineAt(retail, 'received')), qty: 1, grade: 'A' }),
    other('grade', 'B'),
  ),
  row(
    'set_disposition',
    async (retail) => ({ rma_line_id: (await lineAt(retail, 'inspected')).line, disposition: 'restock', qty: 1 }),
    other('disposition', 'quarantine'),
  ),
  row('resolve_return', at('inspected', { kind: 'refund' }), other('kind', 'store_credit')),
  row('advance_refund', at('authorized', { amount_minor: 100 }), oneMore('amount_minor'), { waits: true }),
  row('approve_returnless', at('authorized'), other('note', 'Another')),
  row('cancel_rma', at('authorized', { reason: 'Kept it' }), otherText('reason')),
  row('extend_rma', at('authorized', { days: 5 }), oneMore('days')),
  row(
    'link_carrier_claim',
    async (retail) => {
      const { rma_number } = await returnAt(retail, 'received')
      const { order_id } = await retail.must('rma', 'get_return', { rma_number }, 'returns')
      const { shipments } = await retail.must('oms', 'get_order', { order_id }, 'ops')
      return { rma_number, shipment_id: shipments[0].shipment_ref }
    },
    other('statement', 'Another'),
  ),
  row(
    'record_resolution',
    async (retail) => {
      const { rma_number, resolutions } = await returnAt(retail, 'resolved')
      return { rma_number, resolution_id: resolutions[0]?.resolution_id, status: 'succeeded' }
    },
    other('status', 'failed'),
    { as: 'service:oms' },
  ),
]
