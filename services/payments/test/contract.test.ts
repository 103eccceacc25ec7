import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { ownTools } from '@backroom/fleet-testing'
import { sql } from 'kysely'
import { openPayments, type Payments } from './payments.ts'

/** Read-only, destructive, idempotent, open world: as the design's tool table has them. */
const annotations: Record<string, string> = {
  get_payment: '1010',
  list_payments: '1010',
  list_holds: '1010',
  get_hold: '1010',
  place_hold: '0010',
  release_hold: '0111',
  capture_payment: '0111',
  void_authorization: '0111',
  propose_refund: '0010',
  refund_payment: '0111',
  issue_store_credit: '0110',
  list_disputes: '1011',
  get_dispute: '1011',
  submit_dispute_evidence: '0111',
  accept_dispute: '0111',
  get_risk_assessment: '1010',
  review_payment: '0010',
  get_ledger: '1010',
  get_balance: '1010',
  trial_balance: '1010',
  post_adjustment: '0110',
  reconcile_settlement: '0011',
  resolve_unknown_operation: '0011',
  freeze_client: '0010',
  set_limit: '0010',
}

const MOST_TOOLS = 25
const revenue = { account: 'sales_revenue', currency: 'USD' }

describe('what the payments server offers', () => {
  let payments: Payments
  before(async () => {
    payments = await openPayments()
  })
  after(() => payments.stop())

  const toolsOf = async (token: Promise<string>): Promise<{ name: string; annotations: Record<string, boolean> }[]> =>
    ownTools((await payments.mcp('tools/list', {}, { token })).result.tools)
  const read = async (uri: string, token = payments.tokenOf('finance')) => {
    const { result, error } = await payments.mcp('resources/read', { uri }, { token })
    return result ? JSON.parse(result.contents[0].text) : error
  }

  it('shows finance its tools with the hints of the design, and never more than an agent can handle', async () => {
    const everyday = await toolsOf(payments.tokenOf('finance'))
    assert.ok(!everyday.some(({ name }) => name === 'release_hold' || name === 'authorize_payment'))
    const scopes =
      'payments:release_hold payments:capture payments:refund payments:credit payments:hold payments:dispute payments:risk payments:ledger payments:ledger_write payments:reconcile payments:admin'
    const stepped = await toolsOf(payments.tokenOf('finance', scopes))
    assert.ok(stepped.length <= MOST_TOOLS, `${stepped.length} tools`)
    const hints = Object.fromEntries(
      stepped.map(({ name, annotations: { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } }) => [
        name,
        [readOnlyHint, destructiveHint, idempotentHint, openWorldHint].map(Number).join(''),
      ]),
    )
    assert.deepEqual(hints, annotations)
  })

  it('shows support what it may do, and another server what is for servers', async () => {
    const support = (await toolsOf(payments.tokenOf('support'))).map(({ name }) => name)
    assert.ok(support.includes('refund_payment') && !support.includes('capture_payment'))
    const oms = (await toolsOf(payments.tokenOfService('oms'))).map(({ name }) => name)
    assert.ok(oms.includes('authorize_payment') && oms.includes('capture_payment'))
  })

  it('asks people for approval by amount and kind, and moves nothing until they agree', async () => {
    const { payment_id } = await payments.authorize({ amount_minor: 90_000 })
    const refund = { payment_id, source: 'manual', source_id: 'by-hand', reason: 'Goodwill' }
    await payments.asService('capture_payment', { payment_id, shipment_ref: 'approval-1' })
    const tiers: Record<string, string> = {}
    for (const amount_minor of [5_000, 5_001, 50_000, 50_001]) {
      const { status, body } = await payments.asPerson('refund_payment', { ...refund, amount_minor })
      assert.deepEqual([status, body.status], [202, 'pending_approval'])
      tiers[amount_minor] = body.tier
    }
    assert.deepEqual(tiers, { 5000: 'A1', 5001: 'A2', 50000: 'A2', 50001: 'A3' })
    const voided = await payments.asPerson('void_authorization', { payment_id, reason: 'By hand' })
    assert.equal(voided.body.tier, 'A1')
    const limit = { subject_kind: 'client', subject: 'tests', operation: 'refund', currency: 'USD' }
    const wish = { ...limit, max_amount_minor: 200_000, reason: 'Less risk' }
    const { approval_id } = (await payments.asPerson('set_limit', wish)).body
    const { body: asked } = await payments.asPerson('get_approval', { approval_id })
    assert.equal(asked.summary_untrusted, 'Set limit: limit of client tests for refund in USD')
    assert.deepEqual(asked.changes_untrusted, [{ what: 'Amount a day', before: null, after: '2000.00 USD' }])
    const { body } = await payments.asPerson('get_payment', { payment_id })
    assert.deepEqual([body.refunded_minor, body.pending_minor.refund], [0, 0])
  })

  it('works a refund out without moving anything, and makes exactly that refund from the draft', async () => {
    const { payment_id } = await payments.authorize({
      items: [{ amount_minor: 8_000, shipping_minor: 1_000, tax_minor: 1_000 }],
    })
    await payments.asService('capture_payment', { payment_id, shipment_ref: 'draft-1' })
    const { body: draft } = await payments.asPerson('propose_refund', { payment_id, amount_minor: 3_000 })
    assert.deepEqual([draft.ceiling_minor, draft.approval.tier], [10_000, 'A1'])
    assert.deepEqual(draft.breakdown, { goods_minor: 2_400, shipping_minor: 300, tax_minor: 300 })
    assert.deepEqual(
      draft.ledger.map(({ account, amount_minor }: Record<string, unknown>) => [account, amount_minor]),
      [
        ['refunds', 2_700],
        ['tax_payable', 300],
        ['psp_clearing', 3_000],
      ],
    )
    const { refund_draft_id } = draft
    const made = await payments.asService('refund_payment', { refund_draft_id, reason: 'As proposed' })
    const again = await payments.asService('refund_payment', { refund_draft_id, reason: 'As proposed' })
    assert.deepEqual([made.body.status, again.body.refund_id], ['succeeded', made.body.refund_id])
    assert.equal(again.body.refunded_minor, 3_000)
  })

  it('keeps a client within its limits of the day, in the same transaction', async () => {
    const { payment_id } = await payments.authorize()
    await payments.asService('capture_payment', { payment_id, shipment_ref: 'limit-1' })
    await payments.db
      .insertInto('limit_policy')
      .values({
        ...{ subject_kind: 'client', subject: 'oms', operation: 'refund', currency: 'USD' },
        ...{ max_amount_minor: 1_000_000, max_count: null, reason: 'Test', set_by: 'test' },
      })
      .execute()
    const usage = () =>
      payments.db.selectFrom('limit_usage').select(['amount_minor', 'count']).where('subject', '=', 'oms').execute()
    await payments.db
      .updateTable('limit_policy')
      .set({ max_amount_minor: 1_000 })
      .where('subject', '=', 'oms')
      .execute()
    const refunds = await Promise.all(
      Array.from({ length: 5 }, (_, index) =>
        payments.asService('refund_payment', {
          ...{ payment_id, source: 'rma', source_id: `limit-${index}`, amount_minor: 400, reason: 'Returned' },
        }),
      ),
    )
    assert.equal(refunds.filter(({ status }) => status === 200).length, 2)
    for (const { body } of refunds.filter(({ status }) => status !== 200)) assert.equal(body.code, 'limit_exceeded')
    assert.deepEqual(await usage(), [{ amount_minor: 800, count: 2 }])
    await payments.db.deleteFrom('limit_policy').where('subject', '=', 'oms').execute()
  })

  it('moves nothing for a frozen customer', async () => {
    const { payment_id } = await payments.authorize({ customer_id: 'cust-009' })
    const frozen = { subject_kind: 'customer', subject: 'cust-009', reason: 'Abuse', placed_by: 'test' } as const
    await payments.db.insertInto('frozen').values(frozen).execute()
    const { body } = await payments.asService('capture_payment', { payment_id, shipment_ref: 'frozen-1' })
    assert.equal(body.code, 'policy_denied')
    const next = { checkout_id: 'chk-frozen', order_ref: 'ord-frozen', customer_id: 'cust-009', amount_minor: 1 }
    const refused = await payments.asService('authorize_payment', { ...next, currency: 'USD', method: 'pm_sim_visa' })
    assert.equal(refused.body.code, 'policy_denied')
  })

  it('refuses what makes no sense, and says what would', async () => {
    const { payment_id } = await payments.authorize()
    const terms = { checkout_id: 'chk-bad', order_ref: 'ord-bad', customer_id: 'cust-001', currency: 'USD' }
    const bad: [string, Record<string, unknown>, string][] = [
      ['authorize_payment', { ...terms, amount_minor: 0, method: 'pm_sim_visa' }, 'invalid_argument'],
      ['authorize_payment', { ...terms, amount_minor: 10.5, method: 'pm_sim_visa' }, 'invalid_argument'],
      ['authorize_payment', { ...terms, amount_minor: 10, method: '4242 4242 4242 4242' }, 'invalid_argument'],
      ['authorize_payment', { ...terms, amount_minor: 10, currency: 'usd', method: 'pm_sim_visa' }, 'invalid_argument'],
      [
        'authorize_payment',
        { ...terms, amount_minor: 10, method: 'pm_sim_visa', items: [{ amount_minor: 9 }] },
        'invalid_argument',
      ],
      ['capture_payment', { payment_id: 'pay_none', shipment_ref: 'x' }, 'not_found'],
      ['capture_payment', { payment_id, amount_minor: 10_001, shipment_ref: 'x' }, 'conflict'],
      ['capture_payment', { payment_id, amount_minor: -1, shipment_ref: 'x' }, 'invalid_argument'],
      ['void_authorization', { payment_id, amount_minor: 5, reason: 'Part' }, 'invalid_argument'],
      ['void_authorization', { payment_id, amount_minor: 10_001, source_id: 'x', reason: 'Part' }, 'conflict'],
      [
        'refund_payment',
        { payment_id, source: 'rma', source_id: 'x', amount_minor: 5, reason: 'Early' },
        'invalid_transition',
      ],
      ['refund_payment', { payment_id, reason: 'How much?' }, 'invalid_argument'],
      ['refund_payment', { refund_draft_id: 'rfd_none', reason: 'Nothing' }, 'not_found'],
      ['get_payment', {}, 'invalid_argument'],
      ['get_payment', { payment_id, order_ref: 'both' }, 'invalid_argument'],
    ]
    for (const [tool, args, code] of bad) {
      const { body } = await payments.asService(tool, args)
      assert.equal(body.code, code, `${tool} ${JSON.stringify(args)} answered ${JSON.stringify(body)}`)
    }
    const { body: untouched } = await payments.asPerson('get_payment', { payment_id })
    assert.equal(untouched.capturable_minor, 10_000)
  })

  it('offers its resources and prompts', async () => {
    const { payment_id } = await payments.authorize({ order_ref: 'ord-resources' })
    const { body: hold } = await payments.asPerson('place_hold', {
      ...{ target: 'order', target_id: 'ord-resources', kind: 'manual_review', reason: 'Look at it' },
      idempotency_key: 'hold-resources',
    })
    assert.equal((await read(`payments://payment/${payment_id}`)).payment_id, payment_id)
    assert.ok(
      (await read('payments://holds')).items.some(({ hold_id }: { hold_id: string }) => hold_id === hold.hold_id),
    )
    assert.equal((await read(`payments://hold/${hold.hold_id}`)).status, 'active')
    assert.deepEqual((await read('payments://disputes')).items, [])
    assert.ok((await read('payments://ledger/psp_clearing')).balances[0].balance_minor > 0)
    const { result } = await payments.mcp('prompts/list', {}, { token: payments.tokenOf('finance') })
    assert.deepEqual(
      result.prompts.map(({ name }: { name: string }) => name),
      ['hold_review', 'dispute_response', 'refund_investigation', 'daily_reconciliation'],
    )
    const asked = { name: 'refund_investigation', arguments: { order: 'ord-resources' } }
    const prompt = await payments.mcp('prompts/get', asked, { token: payments.tokenOf('finance') })
    assert.equal(prompt.result.messages.length, 2)
  })

  it('lists payments page by page, by what they are', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const { body } = await payments.asPerson('list_payments', { status: 'captured', limit: 40, cursor })
      seen.push(...body.items.map(({ payment_id }: { payment_id: string }) => payment_id))
      cursor = body.next_cursor
    } while (cursor)
    assert.ok(seen.length > 40)
    assert.equal(new Set(seen).size, seen.length)
    assert.deepEqual(seen, seen.toSorted().reverse())
  })

  it('lists the payments of some days, and no others', async () => {
    const list = async (filter: Record<string, unknown>) => {
      const found: { payment_id: string; created_at: string }[] = []
      for (let cursor: string | undefined; ; ) {
        const { body } = await payments.asPerson('list_payments', { ...filter, limit: 100, verbosity: 'full', cursor })
        found.push(...body.items)
        if (!body.next_cursor) return found
        cursor = body.next_cursor
      }
    }
    const all = await list({})
    const days = [...new Set(all.map(({ created_at }) => created_at.slice(0, 10)))].sort()
    const [from = '', to = ''] = [days[3], days[days.length - 4]]
    const within = (first: string, last: string) =>
      all.filter(({ created_at }) => created_at.slice(0, 10) >= first && created_at.slice(0, 10) <= last)
    assert.ok(days.length > 10)
    assert.deepEqual(await list({ from, to }), within(from, to))
    assert.deepEqual(await list({ from: to, to }), within(to, to))
    assert.deepEqual(await list({ to: from }), within('', from))
    assert.deepEqual(await list({ from: to, status: 'captured' }).then((found) => found.length > 0), true)
  })

  it('agrees with the books of the provider, and books its fees once', async () => {
    const { body: captured } = await payments.asPerson('list_payments', { status: 'captured', limit: 100 })
    const oldest = captured.items.at(-1)
    const { body: payment } = await payments.asPerson('get_payment', { payment_id: oldest.payment_id })
    const date = payment.captures[0].ended_at.slice(0, 10)
    const { status, body } = await payments.asPerson('reconcile_settlement', { date })
    assert.equal(status, 200, JSON.stringify(body))
    assert.ok(body.lines > 0)
    assert.deepEqual([body.matched, body.differences], [body.lines, []])
    const fees = async () => (await payments.asPerson('get_balance', { account: 'psp_fees', currency: 'USD' })).body
    const booked = await fees()
    assert.equal(booked.balance_minor, body.fees[0].fee_minor)
    await payments.asPerson('reconcile_settlement', { date })
    assert.deepEqual(await fees(), booked)
    assert.equal((await read(`payments://reconciliation/${date}`)).lines, body.lines)
    await payments.db
      .updateTable('operation')
      .set({ amount_minor: 1 })
      .where('id', '=', payment.captures[0].capture_id)
      .execute()
    const { body: wrong } = await payments.asPerson('reconcile_settlement', { date })
    assert.deepEqual(
      wrong.differences.map(({ kind }: { kind: string }) => kind),
      ['amount_differs'],
    )
    assert.ok((await payments.differences()).length > 0)
    const amount_minor = payment.captures[0].amount_minor
    await payments.db
      .updateTable('operation')
      .set({ amount_minor })
      .where('id', '=', payment.captures[0].capture_id)
      .execute()
    assert.deepEqual(await payments.differences(), [])
  })

  it('reads an account the latest first, page by page, with the sums of the whole period', async () => {
    type Entry = { entry_id: number; at: string; direction: string; amount_minor: number }
    const days = { ...revenue, from: daysAgo(20), to: daysAgo(2) }
    const entries: Entry[] = []
    let credit_minor: number
    let cursor: string | undefined
    do {
      const { body } = await payments.asPerson('get_ledger', { ...days, limit: 5, ...(cursor ? { cursor } : {}) })
      entries.push(...body.items)
      ;({ credit_minor, next_cursor: cursor } = body)
    } while (cursor)
    assert.ok(entries.length > 5)
    assert.deepEqual(
      entries,
      entries.toSorted((a, b) => b.at.localeCompare(a.at) || b.entry_id - a.entry_id),
    )
    assert.equal(new Set(entries.map(({ entry_id }) => entry_id)).size, entries.length)
    assert.ok(entries.every(({ at }) => at.slice(0, 10) >= days.from && at.slice(0, 10) <= days.to))
    const credits = entries.filter(({ direction }) => direction === 'credit')
    assert.equal(
      credits.reduce((sum, { amount_minor }) => sum + amount_minor, 0),
      credit_minor,
    )
  })

  it('gives the same balances whether days are closed or not', async () => {
    const trial = async (period = {}) => (await payments.asPerson('trial_balance', period)).body
    const ledger = async (period = {}) => (await payments.asPerson('get_ledger', { ...revenue, ...period })).body
    const days = { from: daysAgo(9), to: daysAgo(4) }
    const read = async () => [await trial(), await trial(days), await ledger(), await ledger(days)]
    const open = await read()
    for (const day of [daysAgo(7), daysAgo(1), daysAgo(1)]) {
      await sql`select close_ledger_days(${day}::date)`.execute(payments.db)
      assert.deepEqual(await read(), open)
    }
    assert.ok(open[1].accounts.length > 0 && open[1].balanced)
    assert.deepEqual(await payments.differences(), [])
  })

  it('grants store credit once a source, and owes it in the ledger', async () => {
    const grant = { customer_id: 'cust-002', amount_minor: 1_500, currency: 'USD', reason: 'Sorry', source: 'claim' }
    const args = { ...grant, source_id: 'clm-1' }
    const first = await payments.asService('issue_store_credit', { ...args, idempotency_key: 'credit-1' })
    const second = await payments.asService('issue_store_credit', { ...args, idempotency_key: 'credit-2' })
    assert.deepEqual([first.status, first.body.balance_minor], [200, 1_500])
    assert.deepEqual([second.body.credit_id, second.body.balance_minor], [first.body.credit_id, 1_500])
    const { body } = await payments.asPerson('get_balance', {
      ...{ account: 'store_credit_liability', currency: 'USD', owner: 'cust-002' },
    })
    assert.equal(body.balance_minor, 1_500)
    const { body: trial } = await payments.asPerson('trial_balance')
    assert.equal(trial.balanced, true)
    assert.deepEqual(await payments.differences(), [])
  })
})

function daysAgo(days: number): string {
  return new Date(Date.now() - days * 86_400_000).toISOString().slice(0, 10)
}
