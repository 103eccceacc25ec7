import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { DomainName } from '@backroom/access'
import { connect } from '@backroom/database'
import { demoClaims, demoOrders, demoReturns } from '@backroom/demo-data'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import { assess } from '../src/assessment.ts'
import { lockClaim } from '../src/claim.ts'
import type { Tables } from '../src/database-tables.ts'

/** A claim through the servers that run it, as processes behind the gateway; only the second person is written by hand. */
describe('a damaged parcel', () => {
  let fleet: TestFleet
  const tokens = new Map<string, Promise<string>>()
  const only = ['auth', 'gateway', 'wms', 'oms', 'payments', 'psp', 'rma', 'claims']
  before(async () => {
    fleet = await startFleet({ only, environment: { LOG_LEVEL: 'warn' } })
  })
  after(() => fleet?.stop())

  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  const call = async (account: string, domain: DomainName, tool: string, args: object): Promise<any> => {
    const name = `${account} ${domain}`
    const token = tokens.get(name) ?? fleet.token(`${account}@example.com`, domain)
    tokens.set(name, token)
    const response = await fetch(`${fleet.publicUrl}/${domain}/tools/${tool}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${await token}` },
      body: JSON.stringify(args),
    })
    const body: unknown = await response.json()
    assert.equal(response.status, 200, `${tool}: ${JSON.stringify(body)}`)
    return body
  }
  const claims = (tool: string, args: object) =>
    call('claims', 'claims', tool, { idempotency_key: crypto.randomUUID(), ...args })

  /** Lets the desk act without approvals, and assesses the claim as another person. */
  const byColleague = async (claimNumber: string) => {
    const { db, close } = connect<Tables>(fleet.databaseUrl('claims'), { schema: 'claims' })
    await db.updateTable('approval_rule').set({ tier: 'A0' }).execute()
    await db.transaction().execute(async (trx) => {
      await assess(trx, await lockClaim(trx, claimNumber), {
        ...{ findings: 'The pictures show it.', fraudScore: 2, recommendation: 'approve', assessor: 'staff-second' },
        liability: { carrier: 10_000, supplier: 0, customer: 0, retailer: 0 },
      })
    })
    await close()
  }

  it('is claimed for, paid back to the cent, and recovered from the carrier', async () => {
    const today = new Date()
    const taken = new Set([...demoReturns(today), ...demoClaims(today)].map(({ order }) => order.orderId))
    const order = demoOrders(today).findLast(({ deliveredAt, orderId }) => deliveredAt && !taken.has(orderId))
    const [line] = order?.lines ?? []
    assert.ok(order && line)
    const lines = [{ order_line_id: line.orderLineId, qty: line.quantity }]
    const claim = await claims('open_claim', { order_id: order.number, type: 'damaged', lines, statement: 'Broken' })
    const { claim_number } = claim
    assert.equal(claim.requested_minor, line.paidMinor)
    await byColleague(claim_number)
    const { version: expected_version } = await claims('get_claim', { claim_number, idempotency_key: undefined })
    await claims('approve_claim', { claim_number, amount_minor: line.paidMinor, expected_version })
    const settled = await claims('settle_claim', { claim_number, method: 'refund' })
    assert.deepEqual([settled.status, settled.claim_status], ['succeeded', 'settled'], JSON.stringify(settled))
    const paid = await call('finance', 'payments', 'get_payment', { payment_id: order.paymentId })
    assert.equal(paid.refunded_minor, line.paidMinor)

    const { recovery_id } = await claims('file_carrier_claim', {
      ...{ shipment_id: order.shipmentRef, amount_minor: line.paidMinor, identification: `Parcel of ${order.number}` },
      ...{
        liability_assertion: 'It was whole when you took it.',
        counterparty: { kind: 'carrier', name: 'parcelhop' },
      },
    })
    const offer = { recovery_id, type: 'offer', amount_minor: line.paidMinor - 100, text: 'We pay this.' }
    await claims('record_counterparty_response', offer)
    const accepted = { recovery_id, amount_minor: line.paidMinor - 100 }
    const { recovery, ledger_tx } = await claims('accept_recovery_offer', accepted)
    assert.equal(recovery.status, 'closed')
    const ledger = await call('finance', 'payments', 'get_ledger', {
      account: 'claims_recovery',
      currency: order.currency,
    })
    assert.ok(JSON.stringify(ledger).includes(ledger_tx))
  })
})
