import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../returns.ts'
import { oneLine, returns } from './server.ts'

const waiting = async (qty: number, paidMinor: number) => {
  const order = await oneLine('KIT-1', qty, paidMinor)
  const rma = await returns.done('create_rma', { order_id: order.orderId, reason: 'defective' })
  assert.equal(rma.status, 'requested')
  return { ...order, ...rma }
}
const givenBack = (line: string, taken: number[]) =>
  eventually(
    () => returns.taken(line),
    (now) => now.join() === taken.join(),
    `${taken} taken`,
  )

describe('a decision about a return', { concurrency: 4 }, () => {
  it('authorises fewer units; the others can be returned or claimed again', async () => {
    const { rma_number, line, lines, version } = await waiting(3, 50_000)
    const [{ rma_line_id }] = lines
    const fewer = { rma_number, lines: [{ line: rma_line_id, qty: 2 }], expected_version: version }
    const rma = await returns.done('authorize_rma', fewer)
    assert.deepEqual([rma.status, rma.lines[0].qty_authorised], ['authorized', 2])
    await givenBack(line, [2, 33_332])
    assert.equal(rma.money.ceiling_minor, 33_332)
    assert.equal((await returns.clerk.once('authorize_rma', fewer)).body.code, 'version_conflict')
    const again = await returns.clerk.once('authorize_rma', { rma_number })
    assert.deepEqual([again.body.code, again.body.details.status], ['invalid_transition', 'authorized'])
  })

  it('rejects, with its reason for the customer, and frees the units', async () => {
    const { rma_number, line } = await waiting(1, 20_000)
    const rma = await returns.done('reject_rma', { rma_number, note: 'Worn' })
    assert.deepEqual([rma.status, rma.decision], ['rejected', { by: 'staff-returns', note_untrusted: 'Worn' }])
    await givenBack(line, [0, 0])
    assert.equal((await returns.clerk.once('reject_rma', { rma_number, note: 'x' })).body.code, 'invalid_transition')
  })

  it('calls off, once however often, and frees the units', async () => {
    const { rma_number, line, orderId } = await waiting(2, 20_001)
    const cancelled = await Promise.all(
      [1, 2, 3].map(() => returns.clerk.call('cancel_rma', { rma_number, reason: 'Kept it' })),
    )
    for (const { body } of cancelled) assert.equal(body.status, 'cancelled', JSON.stringify(body))
    await givenBack(line, [0, 0])
    const facts = await eventually(
      () => returns.facts(rma_number),
      (told) => told.length === 2,
      'two facts',
    )
    assert.equal(facts[1]?.type, 'return.cancelled.v1')
    const again = await returns.done('create_rma', { order_id: orderId })
    assert.equal(again.lines[0].qty_requested, 2)
  })

  it('gives more days', async () => {
    const { rma_number } = await waiting(1, 20_000)
    assert.equal((await returns.clerk.once('extend_rma', { rma_number, days: 5 })).body.code, 'invalid_transition')
    const { expires_at } = await returns.done('authorize_rma', { rma_number })
    const extended = await returns.done('extend_rma', { rma_number, days: 5 })
    assert.equal(Date.parse(extended.expires_at) - Date.parse(expires_at), 5 * 86_400_000)
  })

  it('needs a person where no rule lets the account do it', async () => {
    const { rma_number } = await waiting(1, 40_000)
    const other = returns.account('ops', 'rma:read rma:write rma:authorize rma:resolve rma:inspect')
    for (const [tool, args] of [
      ['authorize_rma', {}],
      ['reject_rma', { note: 'x' }],
    ] as const)
      assert.equal((await other.once(tool, { rma_number, ...args })).body.tier, 'A1', tool)
    await returns.done('authorize_rma', { rma_number })
    const returnless = await returns.clerk.call('approve_returnless', { rma_number })
    assert.deepEqual([returnless.body.status, returnless.body.tier], ['pending_approval', 'A1'])
  })

  it('buys a label once, has it fetched, or notes the customer’s own parcel', async () => {
    const order = await oneLine('KIT-1', 2, 1_000)
    const { rma_number } = await returns.authorised(order, 2)
    const [first, second] = await Promise.all(
      [1, 2].map(() => returns.clerk.call('issue_return_label', { rma_number, method: 'pickup' })),
    )
    assert.equal(first?.status, 200, JSON.stringify(first?.body))
    assert.deepEqual(first?.body.label, second?.body.label)
    assert.deepEqual(first?.body.label, {
      method: 'pickup',
      shipment_id: `shp_${rma_number}`,
      carrier: 'simulated',
      tracking: `TRKshp_${rma_number}`,
      cost_minor: 640,
      pickup_ref: `pick_shp_${rma_number}`,
      voided: null,
    })
    const shipments = (await returns.logistics.asked('create_shipment')).filter(
      (args) => args.rma_number === rma_number,
    )
    assert.deepEqual(shipments[0]?.packages, [
      { package_id: rma_number, weight_g: null, lines: [{ sku: 'KIT-1', qty: 2 }] },
    ])
    assert.equal(shipments.length, 1)
    const other = await returns.clerk.call('issue_return_label', { rma_number, method: 'qr' })
    assert.equal(other.body.code, 'conflict')
    const own = await returns.authorised(await oneLine('KIT-1', 1, 1_000), 1)
    const noted = await returns.clerk.call('issue_return_label', {
      ...{ rma_number: own.rma_number, method: 'own', tracking: 'XY-1', carrier: 'Post' },
    })
    assert.deepEqual([noted.body.status, noted.body.label.tracking], ['label_issued', 'XY-1'])
  })

  it('gives the label back of what was called off, and of what was never sent', async () => {
    const labelled = async () => {
      const { rma_number } = await returns.authorised(await oneLine('KIT-1', 1, 1_000), 1)
      await returns.done('issue_return_label', { rma_number })
      return rma_number as string
    }
    const [cancelled, forgotten] = [await labelled(), await labelled()]
    await returns.done('cancel_rma', { rma_number: cancelled, reason: 'Kept it' })
    await returns.db
      .updateTable('rma')
      .set({ expires_at: new Date(Date.now() - 1_000) })
      .where('number', '=', forgotten)
      .execute()
    await returns.runSchedule('expire_returns')
    for (const rma_number of [cancelled, forgotten])
      await eventually(
        async () => (await returns.clerk.call('get_return', { rma_number })).body.label.voided,
        (voided) => voided === true,
        'a label that is given back',
      )
    const asked = (await returns.logistics.asked('intercept_shipment')).map(({ shipment_id }) => shipment_id)
    for (const number of [cancelled, forgotten])
      assert.equal(asked.filter((id) => id === `shp_${number}`).length, 1, number)
  })

  it('has the case against the carrier drafted once', async () => {
    const { rma_number } = await returns.authorised(await oneLine('KIT-1', 1, 1_000), 1)
    const link = () => returns.clerk.call('link_carrier_claim', { rma_number, shipment_id: 'shp_1' })
    const [first, second] = await Promise.all([link(), link()])
    assert.match(first.body.claim_number, /^CLM-TEST/)
    assert.equal(second.body.claim_number, first.body.claim_number)
    assert.equal((await link()).body.claim_number, first.body.claim_number)
    const { body } = await returns.clerk.call('get_return', { rma_number })
    assert.equal(body.carrier_claim, first.body.claim_number)
    const drafted = (await returns.claims.asked('open_claim')).filter((args) => args.rma_number === rma_number)
    assert.deepEqual([drafted.length, drafted[0]?.draft], [1, true])
  })
})
