import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DAY_MS } from '@backroom/calendar'
import { desk, eventually, factsOf, key, ok, opened, read } from './shared.ts'

let parcels = 0

/** A shipment at logistics that was damaged. */
function damagedShipment(changes: object = {}) {
  const shipment_id = `shp_tms_r${++parcels}`
  const shipment = {
    ...{ shipment_id, shipment_ref: null, order_ref: null, status: 'delivered', carrier: 'roadline' },
    ...{ tracking_no: `TRK-${shipment_id}`, promised_by: new Date().toISOString() },
    ...{ delivered_at: new Date().toISOString(), declared_value_minor: 20_000, currency: 'USD' },
    ...changes,
  }
  desk.shipments.set(shipment_id, shipment)
  return shipment
}

const filing = { amount_minor: 15_000, liability_assertion: 'You are liable: it was whole when you took it.' }

const call = (tool: string, args: object) => desk.account('claims').call(tool, { idempotency_key: key(), ...args })

/** Files a recovery of a new shipment. */
async function filed(changes: object = {}) {
  for (const tool of ['file_carrier_claim', 'accept_recovery_offer', 'write_off_recovery']) await desk.allow(tool)
  const { shipment_id } = damagedShipment()
  return ok(await call('file_carrier_claim', { shipment_id, ...filing, ...changes }))
}

const answered = (recovery_id: string, type: string, changes: object = {}) =>
  call('record_counterparty_response', { recovery_id, type, text: 'As we wrote.', ...changes })

/** Whole days from now. */
const daysTo = (moment: string) => Math.round((Date.parse(moment) - Date.now()) / DAY_MS)

describe('recovering from a carrier', () => {
  it('files with what identifies the shipment, under a number of its own, with the deadlines of the law', async () => {
    const recovery = await filed()
    assert.equal(recovery.status, 'filed')
    assert.match(recovery.file_number, /^RCV-\d{4}-\d{6}$/)
    assert.match(recovery.identification_untrusted, /TRK-shp_tms/)
    assert.deepEqual(recovery.counterparty, { kind: 'carrier', name: 'roadline' })
    const due = Object.fromEntries(
      recovery.deadlines.map(({ step, due_at }: { step: string; due_at: string }) => [step, daysTo(due_at)]),
    )
    assert.deepEqual(due, { acknowledge: 30, decide: 120 })
    assert.deepEqual(recovery.missing_documents, ['bill_of_lading', 'invoice'])
    assert.ok(recovery.documents.some(({ kind }: { kind: string }) => kind === 'tracking'))
    assert.notEqual((await filed()).file_number, recovery.file_number)
  })

  it('refuses a filing without the minimum content, and says what is missing', async () => {
    await filed()
    const { shipment_id } = damagedShipment({ tracking_no: null })
    const unclear = await call('file_carrier_claim', { shipment_id, ...filing })
    assert.deepEqual([unclear.body.code, unclear.body.details.missing], ['invalid_argument', ['identification']])
    const own = damagedShipment({ carrier: null })
    const nobody = await call('file_carrier_claim', { shipment_id: own.shipment_id, ...filing })
    assert.deepEqual(nobody.body.details.missing, ['counterparty'])
    for (const [field, value] of [
      ['amount_minor', 0],
      ['amount_minor', undefined],
      ['liability_assertion', ' '],
      ['liability_assertion', undefined],
    ] as const) {
      const bad = await call('file_carrier_claim', { shipment_id, ...filing, [field]: value })
      assert.equal(bad.body.code, 'invalid_argument')
      assert.equal(bad.body.details.problems[0].path, field)
    }
    const insured = await call('file_carrier_claim', {
      ...{ shipment_id: own.shipment_id, ...filing, policy_no: 'P-1' },
      counterparty: { kind: 'insurer', name: 'Harbor Mutual' },
    })
    assert.equal(ok(insured).policy_no, 'P-1')
  })

  it('files once for a shipment, however many do at once', async () => {
    await filed()
    const { shipment_id } = damagedShipment()
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => call('file_carrier_claim', { shipment_id, ...filing })),
    )
    assert.equal(answers.filter(({ status }) => status === 200).length, 1)
    for (const { status, body } of answers)
      if (status !== 200) assert.ok(['conflict', 'invalid_transition'].includes(body.code), JSON.stringify(body))
  })

  it('is booked in the ledger once when its offer is accepted, and closed', async () => {
    const { recovery_id } = await filed()
    ok(await answered(recovery_id, 'acknowledgement', { counterparty_ref: 'A-1' }))
    const offer = ok(await answered(recovery_id, 'offer', { amount_minor: 12_000 }))
    assert.deepEqual([offer.status, offer.offered_minor, offer.deadlines], ['offer', 12_000, []])
    const wrong = await call('accept_recovery_offer', { recovery_id, amount_minor: 12_001 })
    assert.equal(wrong.body.code, 'conflict')
    const answers = await Promise.all(
      Array.from({ length: 4 }, () =>
        desk.account('claims').call('accept_recovery_offer', { recovery_id, amount_minor: 12_000 }),
      ),
    )
    const transactions = new Set(answers.map((answer) => ok(answer).ledger_tx))
    assert.equal(transactions.size, 1)
    const { recovery } = ok(answers[0] as (typeof answers)[number])
    assert.deepEqual([recovery.status, recovery.paid_minor], ['closed', 12_000])
    const booked = await desk.ledger.db
      .selectFrom('ledger_tx')
      .selectAll()
      .where('external_ref', '=', `recovery:${recovery_id}`)
      .execute()
    assert.equal(booked.length, 1)
    await eventually(
      () => factsOf(recovery_id),
      (types) => types.includes('recovery.paid.v1'),
      'the fact',
    )
  })

  it('goes back and forth with the carrier until it is given up', async () => {
    const { recovery_id } = await filed()
    const offer = { amount_minor: 20_000 }
    assert.equal((await answered(recovery_id, 'offer', offer)).body.code, 'invalid_argument')
    assert.equal((await answered(recovery_id, 'offer')).body.code, 'invalid_argument')
    ok(await answered(recovery_id, 'offer', { amount_minor: 100 }))
    ok(await answered(recovery_id, 'rejection_of_offer'))
    const update = ok(await answered(recovery_id, 'status_update'))
    assert.deepEqual(
      update.deadlines.map(({ step, due_at }: { step: string; due_at: string }) => [step, daysTo(due_at)]),
      [['follow_up', 60]],
    )
    const early = await call('write_off_recovery', { recovery_id, amount_minor: 15_000, reason: 'Too small' })
    assert.equal(early.body.code, 'invalid_transition')
    const declined = ok(await answered(recovery_id, 'decline'))
    const [sue] = declined.deadlines
    assert.equal(sue.step, 'sue')
    assert.ok(daysTo(sue.due_at) >= 731 && daysTo(sue.due_at) <= 732)
    ok(await answered(recovery_id, 'dispute'))
    const other = await call('write_off_recovery', { recovery_id, amount_minor: 1, reason: 'Too small' })
    assert.equal(other.body.code, 'conflict')
    const over = { recovery_id, amount_minor: 15_000, reason: 'Not worth a suit' }
    assert.equal(ok(await call('write_off_recovery', over)).recovery.status, 'written_off')
    assert.equal(ok(await call('write_off_recovery', over)).ledger_tx, null)
    const { correspondence } = ok(await call('write_off_recovery', over)).recovery
    assert.deepEqual(
      correspondence.map(({ direction, kind }: { direction: string; kind: string }) => `${direction} ${kind}`),
      ['out claim', 'in offer', 'out rejection_of_offer', 'in status_update', 'in decline', 'out dispute'],
    )
    await assert.rejects(
      desk.db
        .updateTable('correspondence')
        .set({ text_untrusted: 'x' })
        .where('recovery_id', '=', recovery_id)
        .execute(),
      /append-only/,
    )
  })

  it('begins with the claim of a customer, and shows there', async () => {
    await filed()
    const order = desk.order()
    const shipment = damagedShipment({
      shipment_ref: order.shipmentRef,
      order_ref: order.orderId,
      carrier: 'parcelhop',
    })
    const claim = await opened(order, { shipment_id: shipment.shipment_id, order_id: undefined })
    const [noted] = (await read(claim.claim_number)).recoveries
    assert.deepEqual([noted.status, noted.expected_minor], ['identified', claim.requested_minor])
    const args = { recovery_id: noted.recovery_id, ...filing, amount_minor: claim.requested_minor }
    const recovery = ok(await call('file_carrier_claim', args))
    assert.equal(recovery.claim_number, claim.claim_number)
    assert.equal((await read(claim.claim_number)).recoveries[0].status, 'filed')
  })

  it('finds what went wrong and nobody has claimed for', async () => {
    const reported_at = new Date().toISOString()
    const lost = damagedShipment({
      ...{ status: 'lost', liability: { parcel_limit_minor: 10_000 }, exception: { type: 'other', reported_at } },
    })
    const late = damagedShipment({ exception: { type: 'delay', reported_at }, declared_value_minor: 500 })
    const address = damagedShipment({ exception: { type: 'address', reported_at } })
    const known = damagedShipment({ exception: { type: 'damage', reported_at } })
    await desk.allow('file_carrier_claim')
    ok(await call('file_carrier_claim', { shipment_id: known.shipment_id, ...filing }))
    const since = reported_at.slice(0, 10)
    const { items } = ok(await desk.account('claims').call('detect_claimable_shipments', { since }))
    const found = new Map(items.map((item: { shipment_id: string }) => [item.shipment_id, item]))
    assert.deepEqual(pick(found.get(lost.shipment_id)), ['loss', 10_000])
    assert.deepEqual(pick(found.get(late.shipment_id)), ['delay', 500])
    assert.ok(!found.has(address.shipment_id) && !found.has(known.shipment_id))
  })
})

function pick(item: unknown) {
  const { basis, expected_minor } = item as { basis: string; expected_minor: number }
  return [basis, expected_minor]
}
