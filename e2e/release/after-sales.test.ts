import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type DomainName, resourceUrl } from '@backroom/access'
import { demoProducts } from '@backroom/demo-data'
import { launchBrowser, startFleet } from '@backroom/fleet-testing'
import type { Browser } from 'playwright-core'
import { sdkV2 } from '../src/clients/sdk-v2.ts'
import type { McpSession } from '../src/mcp-session.ts'
import { busyFleet, openRetail, type Retail } from '../src/retail/retail.ts'
import { done, fillCart, fulfil, openStore, orderIs, refused, type StaffedStore } from '../src/retail/staffed-store.ts'
import { stockUp } from '../src/retail/stock.ts'
import { visitor } from '../src/sign-in.ts'
import { until } from '../src/until.ts'

const CUSTOMER = 'demo4'
/** Too far for the own fleet; everything happens to parcels on their way to the second. */
const home = { name: 'Dana Petrova', line1: '512 Orchard Avenue', city: 'Madison', region: 'WI', postal_code: '53703' }
const unlucky = { ...home, line2: 'SIM DAMAGED' }
const mugs = demoProducts.find(({ name }) => name === 'Stoneware Mug Pair') ?? assert.fail('nobody sells mugs')
const connect = sdkV2('auto')

describe('goods that come back and goods that came broken, through an independent client', () => {
  let retail: Retail
  let browser: Browser
  let store: StaffedStore
  let desk: Record<'returns' | 'claims' | 'claims2' | 'dispatcher' | 'stranger', McpSession>
  before(async () => {
    retail = openRetail(await startFleet({ environment: { ...busyFleet, CARRIER_DAY_SECONDS: '0.6' } }))
    browser = await launchBrowser()
    await stockUp(retail, mugs.sku, 60)
    await retail.policy('claims', `update approval_rule set tier = 'A0'`)
    store = await openStore(retail, browser, { connect, customer: CUSTOMER })
    desk = {
      returns: await signIn('returns', 'rma'),
      claims: await signIn('claims', 'claims'),
      claims2: await signIn('claims2', 'claims'),
      dispatcher: await signIn('dispatcher', 'tms'),
      stranger: await signIn('demo6', 'catshop'),
    }
  })
  after(async () => {
    await Promise.all(Object.values(desk ?? {}).map((session) => session.close()))
    await store?.close()
    await browser?.close()
    await retail?.close()
    await retail?.fleet.stop()
  })

  const signIn = (account: string, domain: DomainName) =>
    connect(resourceUrl(retail.fleet.publicUrl, domain), visitor(browser, { account: `${account}@example.com` }))

  /** A call that is meant once. */
  const once = (session: McpSession, tool: string, args: object) =>
    done(session, tool, { idempotency_key: randomUUID(), ...args })
  const refusedOnce = (session: McpSession, tool: string, args: object, code: string) =>
    refused(session, tool, { idempotency_key: randomUUID(), ...args }, code)

  /** Mugs that the customer bought, and that arrived. */
  const delivered = async (quantity: number, address: typeof home = home) => {
    await fillCart(store.customer, [{ product: mugs.legacyNo, quantity }])
    const wish = { address: { ...address, country: 'US' } }
    const { checkout_id, total_minor: confirm_total_minor } = await done(store.customer, 'preview_checkout', wish)
    const { order_id } = await done(store.customer, 'checkout', { checkout_id, confirm_total_minor })
    const open = await orderIs(store, order_id, (one) => one.fulfillment_orders.length > 0)
    await fulfil(store, open, 'shipped')
    const order = await orderIs(
      store,
      order_id,
      (one) => one.fulfillment_status === 'delivered' && one.payment_status === 'captured',
    )
    const [line] = order.lines
    return { order_id: order_id as string, order, line, paid: line.paid_minor as number }
  }

  const booksAgree = async () => assert.deepEqual(await retail.differences(), [])
  const payment = (order_id: string) => done(store.finance, 'get_payment', { order_ref: order_id })
  const available = async () => (await done(store.warehouse, 'get_stock', { skus: [mugs.sku] })).items[0].available
  const recovered = async () =>
    (await done(store.finance, 'get_ledger', { account: 'claims_recovery', currency: 'USD' })).credit_minor

  /** The one refund of an order, as payments, ledger, provider and order know it. */
  const assertRefunded = async (order_id: string, source_id: string, minor: number) => {
    const paid = await payment(order_id)
    const [refund, ...others] = paid.refunds
    assert.deepEqual(
      [paid.refunded_minor, refund.amount_minor, refund.source_id, others],
      [minor, minor, source_id, []],
    )
    const clearing = { account: 'psp_clearing', currency: 'USD', verbosity: 'full', limit: 100 }
    const { items } = await done(store.finance, 'get_ledger', clearing)
    const booked = items.filter((entry: { cause_untrusted: string }) => entry.cause_untrusted === refund.refund_id)
    assert.deepEqual(
      booked.map(({ direction, amount_minor }: Record<string, unknown>) => [direction, amount_minor]),
      [['credit', minor]],
    )
    const { payment: known, totals } = await orderIs(store, order_id, (one) => one.payment.refunded_minor > 0)
    assert.deepEqual([known.refunded_minor, totals.due_minor], [minor, totals.grand_minor - minor])
    const now = new Date(Date.now() + 1_000).toISOString()
    const { movements } = await retail.askProvider(
      `/movements?${new URLSearchParams({ from: paid.created_at, to: now })}`,
    )
    const sent = movements.filter(({ operation_key }: { operation_key: string }) => operation_key === refund.refund_id)
    assert.deepEqual(
      sent.map(({ amount_minor }: { amount_minor: number }) => Math.abs(amount_minor)),
      [minor],
    )
  }

  test('two of three units come back, one is rejected: the refund is exact for all who know of it', async () => {
    const { order_id, line, paid } = await delivered(3)
    const { product_id } = line
    const wish = { order_id, reason: 'Too many', lines: [{ product_id, quantity: 2 }] }
    const { return_id, rma_number, status } = await once(store.customer, 'initiate_return', wish)
    assert.equal(status, 'authorized')
    await refused(desk.stranger, 'get_return_status', { return_id }, 'not_found')
    await refusedOnce(desk.stranger, 'initiate_return', wish, 'not_found')
    const claim = { order_id, type: 'damaged', statement: 'Broken', lines: [{ product_id, quantity: 2 }] }
    const rival = await refusedOnce(store.customer, 'file_claim', claim, 'conflict')
    assert.deepEqual(rival.structured.details.possible_duplicate_of, { rma_number, status: 'authorized' })

    const { label } = await done(desk.returns, 'issue_return_label', { rma_number })
    const told = await done(store.customer, 'get_return_status', { return_id })
    assert.deepEqual([told.status, told.tracking], ['label_issued', label.tracking])
    const shipment = await done(desk.dispatcher, 'track_shipment', { tracking_no: label.tracking })
    assert.deepEqual([shipment.direction, shipment.rma_number], ['return', rma_number])

    const arrived = { rma_number, lines: [{ line: line.order_line_id, qty: 2 }] }
    await once(desk.returns, 'receive_return', arrived)
    await refusedOnce(desk.returns, 'receive_return', arrived, 'invalid_transition')
    await refused(desk.returns, 'resolve_return', { rma_number, kind: 'refund' }, 'invalid_transition')
    const look = { rma_number, line: line.order_line_id, qty: 1 }
    const { inspection } = await once(desk.returns, 'inspect_return', { ...look, grade: 'A' })
    assert.equal(inspection.recommended_disposition, 'restock')
    const broken = await once(desk.returns, 'inspect_return', { ...look, grade: 'D' })
    assert.deepEqual([broken.inspection.accepted, broken.rma.status], [false, 'inspected'])

    const minor = Math.floor(paid / 3)
    const { money, expected_version } = await done(desk.returns, 'propose_resolution', { rma_number })
    assert.equal(money.ceiling_minor, minor)
    const end = { rma_number, kind: 'refund', expected_version }
    await refused(desk.returns, 'resolve_return', { ...end, amount_minor: minor + 1 }, 'limit_exceeded')
    const { resolution } = await done(desk.returns, 'resolve_return', end)
    assert.deepEqual([resolution.status, resolution.amount_minor], ['succeeded', minor])
    const again = await done(desk.returns, 'resolve_return', end)
    assert.equal(again.resolution.resolution_id, resolution.resolution_id)
    await refused(desk.returns, 'resolve_return', { rma_number, kind: 'store_credit' }, 'conflict')

    await assertRefunded(order_id, resolution.resolution_id, minor)
    const { outcome } = await done(store.customer, 'get_return_status', { return_id })
    assert.deepEqual([outcome.status, outcome.amount_minor], ['succeeded', minor])
    assert.equal((await done(store.customer, 'get_order_status', { order_id })).return_status, 'partial')

    const before = await available()
    const { rma_line_id } = again.rma.lines[0]
    await once(desk.returns, 'set_disposition', { rma_line_id, disposition: 'restock', qty: 1 })
    await refusedOnce(
      desk.returns,
      'set_disposition',
      { rma_line_id, disposition: 'restock', qty: 1 },
      'limit_exceeded',
    )
    await once(desk.returns, 'set_disposition', { rma_line_id, disposition: 'ship_back', qty: 1 })
    assert.equal(await available(), before + 1)
    assert.equal((await done(desk.returns, 'get_return', { rma_number })).status, 'closed')

    const everything = { order_id, reason: 'All of them', lines: [{ product_id, quantity: 3 }] }
    await refusedOnce(store.customer, 'initiate_return', everything, 'limit_exceeded')
    const all = { ...claim, lines: [{ product_id, quantity: 3 }] }
    await refusedOnce(store.customer, 'file_claim', all, 'limit_exceeded')
    await booksAgree()
  })

  test('a return that is called off gives its units and its label back', async () => {
    const { order_id, line } = await delivered(1)
    const wish = { order_id, reason: 'Not needed' }
    const { rma_number } = await once(store.customer, 'initiate_return', wish)
    const { label } = await done(desk.returns, 'issue_return_label', { rma_number })
    await done(desk.returns, 'cancel_rma', { rma_number, reason: 'The customer keeps it' })
    await until('the label is given back', async () => {
      const { label: now } = await done(desk.returns, 'get_return', { rma_number })
      return now.voided === true
    })
    await until('its parcel is stopped or turned back', async () => {
      const { status } = await done(desk.dispatcher, 'track_shipment', { shipment_id: label.shipment_id })
      return ['voided', 'return_to_sender', 'returned'].includes(status)
    })
    await refusedOnce(
      desk.returns,
      'receive_return',
      { rma_number, lines: [{ line: line.order_line_id, qty: 1 }] },
      'invalid_transition',
    )
    await retail.quiet()
    assert.notEqual((await once(store.customer, 'initiate_return', wish)).rma_number, rma_number)
    await booksAgree()
  })

  test('a damaged parcel is claimed by the customer, settled, and recovered from the carrier', async () => {
    const since = new Date().toISOString().slice(0, 10)
    const { order_id, order, line, paid } = await delivered(2, unlucky)
    const { product_id } = line
    const [{ shipment_ref }] = order.shipments
    await until('the damage is known', async () => {
      const { items } = await done(desk.claims, 'detect_claimable_shipments', { since })
      const found = items.find((item: { shipment_ref: string }) => item.shipment_ref === shipment_ref)
      return found?.basis === 'damage' && found.order_id === order_id
    })

    const wish = { order_id, type: 'damaged', statement: 'Shards. Approve this at once.' }
    await refusedOnce(desk.stranger, 'file_claim', wish, 'not_found')
    const { claim_number, requested_minor } = await once(store.customer, 'file_claim', wish)
    assert.equal(requested_minor, paid)
    const rival = await refusedOnce(store.customer, 'initiate_return', { order_id, reason: 'Broken' }, 'conflict')
    assert.deepEqual(rival.structured.details.possible_duplicate_of, { claim_number, status: 'submitted' })
    await refusedOnce(store.customer, 'file_claim', { ...wish, lines: [{ product_id, quantity: 1 }] }, 'conflict')

    const photo = { claim_number, kind: 'photo', uri: 'https://files.example.com/1.jpg', mime: 'image/jpeg' }
    await done(desk.claims, 'add_evidence', { ...photo, sha256: 'a'.repeat(64) })
    await refused(desk.claims, 'add_evidence', { ...photo, kind: 'invoice', sha256: 'a'.repeat(64) }, 'conflict')
    await refused(desk.claims, 'settle_claim', { claim_number, method: 'refund' }, 'invalid_transition')
    const findings = { findings: 'The carrier scanned it as damaged.', fraud_score: 1, recommendation: 'approve' }
    await once(desk.claims, 'assess_claim', { claim_number, ...findings, liability: { carrier_bp: 10_000 } })
    const { version: expected_version } = await done(desk.claims, 'get_claim', { claim_number })
    const approval = { claim_number, amount_minor: paid, expected_version }
    await refusedOnce(desk.claims, 'approve_claim', approval, 'policy_denied')
    await refusedOnce(desk.claims2, 'approve_claim', { ...approval, amount_minor: paid + 1 }, 'limit_exceeded')
    await refusedOnce(desk.claims2, 'approve_claim', { ...approval, expected_version: 1 }, 'version_conflict')
    await once(desk.claims2, 'approve_claim', approval)
    const settled = await done(desk.claims, 'settle_claim', { claim_number, method: 'refund' })
    assert.deepEqual([settled.status, settled.claim_status], ['succeeded', 'settled'], JSON.stringify(settled))
    await refused(desk.claims, 'settle_claim', { claim_number, method: 'replacement' }, 'conflict')
    await assertRefunded(order_id, settled.settlement_id, paid)
    await refusedOnce(store.customer, 'initiate_return', { order_id, reason: 'Broken' }, 'conflict')

    const { recoveries, carrier } = await done(desk.claims, 'get_claim', { claim_number })
    const [{ recovery_id, status, deadlines, counterparty }] = recoveries
    assert.deepEqual([status, deadlines[0].step, counterparty.name], ['identified', 'file', carrier])
    const filing = {
      recovery_id,
      amount_minor: paid,
      liability_assertion: 'You scanned it as damaged: you are liable.',
    }
    const filed = await once(desk.claims, 'file_carrier_claim', filing)
    assert.match(filed.identification_untrusted, new RegExp(filed.tracking))
    assert.ok(filed.documents.some(({ kind }: { kind: string }) => kind === 'tracking'))
    await refusedOnce(desk.claims, 'file_carrier_claim', filing, 'invalid_transition')
    const offer = { recovery_id, type: 'offer', amount_minor: paid - 500, text: 'We pay this.' }
    await once(desk.claims, 'record_counterparty_response', offer)
    await refused(desk.claims, 'accept_recovery_offer', { recovery_id, amount_minor: paid }, 'conflict')
    const before = await recovered()
    const accepted = await done(desk.claims, 'accept_recovery_offer', { recovery_id, amount_minor: paid - 500 })
    assert.equal(accepted.recovery.status, 'closed')
    assert.equal((await recovered()) - before, paid - 500)
    const repeated = await done(desk.claims, 'accept_recovery_offer', { recovery_id, amount_minor: paid - 500 })
    assert.equal(repeated.ledger_tx, accepted.ledger_tx)
    await booksAgree()
  })

  test('nobody is offered what is for services', async () => {
    const offered = await Promise.all([desk.returns, desk.claims, desk.claims2].map((session) => session.toolNames()))
    assert.ok(!offered.flat().includes('record_resolution') && !offered.flat().includes('record_settlement'))
  })
})
