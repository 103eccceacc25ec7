import type { Retail } from '../retail/retail.ts'
import { until } from '../until.ts'
import { fresh, oneMore, otherText, type Row } from './row.ts'

const AMOUNT = 5_000

const row = (tool: string, args: Row['args'], changed: Row['changed'], more: Partial<Row> = {}): Row => ({
  ...{ domain: 'payments', tool, as: 'finance', args, changed },
  ...more,
})

const toAuthorize = (method = 'pm_sim_visa') => ({
  ...{ checkout_id: fresh('chk'), order_ref: fresh('ord'), customer_id: fresh('cust') },
  ...{ amount_minor: AMOUNT, currency: 'USD', method },
})

async function authorized({ must }: Retail, method?: string): Promise<string> {
  return (await must('payments', 'authorize_payment', toAuthorize(method), 'service:oms')).payment_id
}

async function captured(retail: Retail, method?: string) {
  const payment_id = await authorized(retail, method)
  const shipment_ref = fresh('shp')
  const capture = await retail.must('payments', 'capture_payment', { payment_id, shipment_ref }, 'service:oms')
  return { payment_id, capture_id: capture.capture_id as string }
}

async function dispute(retail: Retail): Promise<string> {
  const { payment_id } = await captured(retail, 'pm_sim_dispute')
  let id: string | undefined
  await until('the dispute has come', async () => {
    const payment = await retail.must('payments', 'get_payment', { payment_id }, 'finance')
    id = payment.disputes[0]?.dispute_id
    return id !== undefined
  })
  return id ?? ''
}

async function hold(retail: Retail): Promise<string> {
  const target_id = await authorized(retail)
  const wish = { target: 'payment', target_id, kind: 'manual_review', reason: 'Look at it' }
  return (await retail.must('payments', 'place_hold', wish, 'finance')).hold_id
}

const entries = (amount_minor: number) => [
  { account: 'psp_fees', direction: 'debit', amount_minor, currency: 'USD' },
  { account: 'psp_clearing', direction: 'credit', amount_minor, currency: 'USD' },
]

/** The write tools of payments. */
export const paymentsRows: Row[] = [
  row(
    'place_hold',
    async (retail) => ({
      ...{ target: 'payment', target_id: await authorized(retail), kind: 'manual_review', reason: 'Look at it' },
    }),
    otherText('reason'),
  ),
  row('release_hold', async (retail) => ({ hold_id: await hold(retail), reason: 'All is well' }), otherText('reason')),
  row('authorize_payment', async () => toAuthorize(), oneMore('amount_minor'), { as: 'service:oms' }),
  row(
    'create_payment_link',
    async () => ({
      ...{ checkout_id: fresh('chk'), order_ref: fresh('ord'), customer_id: 'cust-001' },
      ...{ amount_minor: 1_000, currency: 'USD', reason: 'Difference of an exchange' },
    }),
    oneMore('amount_minor'),
    { as: 'service:oms' },
  ),
  row(
    'capture_payment',
    async (retail) => ({ payment_id: await authorized(retail), shipment_ref: fresh('shp'), amount_minor: 1_000 }),
    oneMore('amount_minor'),
  ),
  row(
    'void_authorization',
    async (retail) => ({
      ...{ payment_id: await authorized(retail), amount_minor: 1_000, source_id: fresh('chg'), reason: 'Less' },
    }),
    oneMore('amount_minor'),
  ),
  row(
    'propose_refund',
    async (retail) => ({ payment_id: (await captured(retail)).payment_id, amount_minor: 1_000 }),
    oneMore('amount_minor'),
  ),
  row(
    'refund_payment',
    async (retail) => ({
      ...{ payment_id: (await captured(retail)).payment_id, source: 'manual', source_id: fresh('case') },
      ...{ amount_minor: 1_000, reason: 'Goodwill' },
    }),
    oneMore('amount_minor'),
  ),
  row(
    'issue_store_credit',
    async () => ({ customer_id: fresh('cust'), amount_minor: 500, currency: 'USD', reason: 'Goodwill' }),
    oneMore('amount_minor'),
  ),
  row(
    'submit_dispute_evidence',
    async (retail) => ({
      dispute_id: await dispute(retail),
      evidence: { proof_of_delivery: 'Signed by the customer' },
    }),
    (args) => ({ ...args, evidence: { proof_of_delivery: 'Another text' } }),
  ),
  row('accept_dispute', async (retail) => ({ dispute_id: await dispute(retail) }), otherText('dispute_id')),
  row(
    'review_payment',
    async (retail) => ({
      ...{ payment_id: await authorized(retail, 'pm_sim_review'), decision: 'escalate', reason: 'Ask somebody else' },
    }),
    otherText('reason'),
  ),
  row(
    'post_adjustment',
    async () => ({ entries: entries(7), reason: fresh('why') }),
    (args) => ({
      ...args,
      entries: entries(8),
    }),
  ),
  row(
    'reconcile_settlement',
    async () => ({ date: new Date(Date.now() - 86_400_000).toISOString().slice(0, 10) }),
    (args) => ({ ...args, date: '2026-01-01' }),
    { rewrites: ['reconciliation.ran_at'] },
  ),
  row(
    'resolve_unknown_operation',
    async (retail) => ({ operation_id: (await captured(retail)).capture_id }),
    otherText('operation_id'),
  ),
  row(
    'freeze_client',
    async () => ({ subject_kind: 'customer', subject: fresh('cust'), reason: 'Under suspicion' }),
    otherText('reason'),
    { rewrites: ['frozen.placed_at'] },
  ),
  row(
    'set_limit',
    async () => ({
      ...{ subject_kind: 'customer', subject: fresh('cust'), operation: 'refund', currency: 'USD' },
      ...{ max_amount_minor: 10_000, reason: 'Careful' },
    }),
    oneMore('max_amount_minor'),
    { rewrites: ['limit_policy.set_at'] },
  ),
  row(
    'post_recovery',
    async () => ({
      ...{ claim_id: fresh('clm'), source_id: fresh('pay'), amount_minor: 300, currency: 'USD' },
      counterparty: 'Cat Express',
    }),
    oneMore('amount_minor'),
    { as: 'service:claims' },
  ),
]
