import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { eventually, openProcesses, type Processes } from '../test/process-fleet.ts'

describe('after the sale', () => {
  let shop: Processes
  before(async () => {
    shop = await openProcesses({}, ['rma', 'claims'])
    const tools = ['authorize_rma', 'resolve_return', 'set_disposition', 'approve_returnless']
    await shop.database(
      'rma',
      `insert into approval_rule (tool, account, tier) select tool, 'staff-returns', 'A0' from unnest($1::text[]) as tool`,
      [tools],
    )
  })
  after(() => shop?.stop())

  const used: string[] = []
  /** A kitchen SKU that no other test uses, with units in a warehouse. */
  const kitchenSku = async (): Promise<string> => {
    const rows = await shop.database<{ sku: string }>(
      'wms',
      `select sku from stock_balance where sku like 'KIT-%' and available >= 10 and sku <> all($1) order by sku limit 1`,
      [used],
    )
    assert.ok(rows[0], 'the demo data has such a SKU')
    used.push(rows[0].sku)
    return rows[0].sku
  }
  let facts = 0
  /** An order that has arrived and is paid for. */
  const arrived = async (qty: number, unitMinor: number, taxMinor: number, named?: string) => {
    const sku = named ?? (await kitchenSku())
    const { order_id } = await shop.placed([{ sku, qty, unitMinor, taxMinor }])
    await shop.fulfil(order_id, 'shipped')
    await eventually(
      () => shop.order(order_id),
      ({ payment_status }) => payment_status === 'captured',
      'capture',
    )
    return delivered(order_id)
  }
  /** Logistics tells that all parcels of an order have come. */
  const delivered = async (order_id: string) => {
    const { shipments } = await shop.order(order_id)
    for (const { shipment_ref } of shipments) {
      const time = new Date().toISOString()
      const data = { shipment_id: `shm_${shipment_ref}`, order_ref: order_id, shipment_ref, occurred_at: time }
      const subject = data.shipment_id
      const id = `fact_return_test_${facts++}`
      const type = 'shipment.delivered.v1'
      await shop.report('tms', [{ specversion: '1.0', id, source: 'test', type, subject, time, data }])
    }
    const order = await shop.order(order_id)
    assert.deepEqual([order.status, order.fulfillment_status], ['completed', 'delivered'])
    return order
  }
  const returns = (tool: string, args: object) => shop.staff('returns', 'rma', tool, args)
  /** A return whose goods came back and were looked at. */
  const inspected = async (
    order: { order_id: string; lines: { order_line_id: string }[] },
    { accepted, rejected }: { accepted: number; rejected: number },
  ) => {
    const line = order.lines[0]?.order_line_id
    const qty = accepted + rejected
    const lines = [{ order_line_id: line, qty, reason: 'defective' }]
    const { rma_number, status } = await returns('create_rma', { order_id: order.order_id, lines })
    if (status !== 'authorized') await returns('authorize_rma', { rma_number })
    await returns('receive_return', { rma_number, lines: [{ line, qty }] })
    const look = (units: number, grade: string, ok: boolean) =>
      units > 0 && returns('inspect_return', { rma_number, line, qty: units, grade, accepted: ok })
    await look(accepted, 'A', true)
    await look(rejected, 'D', false)
    return rma_number as string
  }
  const agreed = (orderId: string) =>
    eventually(
      async () => (await shop.oms('reconcile_order', { order_id: orderId })).body,
      ({ differences, unfinished }) => differences?.length === 0 && unfinished?.length === 0,
      `agreement about ${orderId}`,
    )
  const resolved = async (rmaNumber: string, wish: object) => {
    await returns('resolve_return', { rma_number: rmaNumber, ...wish })
    return eventually(
      () => returns('get_return', { rma_number: rmaNumber }),
      ({ status }) => status === 'resolved' || status === 'closed',
      'the resolution',
    )
  }

  it('refunds a return to the cent for the units that were accepted, and no more', async () => {
    const order = await arrived(3, 333, 1)
    const number = await inspected(order, { accepted: 2, rejected: 1 })
    const rma = await resolved(number, { kind: 'refund' })
    assert.equal(rma.resolutions.at(-1).amount_minor, 666)
    await agreed(order.order_id)
    const after = await shop.order(order.order_id)
    assert.deepEqual([after.payment.refunded_minor, after.totals.due_minor], [666, 1_000 - 666])
    assert.deepEqual([after.return_status, after.lines[0].qty_returned], ['partial', 2])
    const draws = await shop.database<{ state: string; qty: number; minor: string }>(
      'oms',
      'select state, qty, minor from entitlement_draw where order_id = $1',
      [order.order_id],
    )
    assert.deepEqual(
      draws.map(({ state, qty, minor }) => [state, qty, Number(minor)]),
      [['used', 2, 666]],
    )
    assert.deepEqual(await shop.database('oms', 'select * from compensation_differences'), [])
    const { refunds } = await shop.payment(order.order_id)
    assert.equal(refunds.length, 1)
    assert.equal(refunds[0].source_id, rma.resolutions.at(-1).resolution_id)
  })

  it('refunds a return once when the answer of the provider is lost', async () => {
    const order = await arrived(1, 1_000, 0)
    const number = await inspected(order, { accepted: 1, rejected: 0 })
    await shop.provider('refund', 'lose_response')
    await resolved(number, { kind: 'refund' })
    await agreed(order.order_id)
    assert.equal((await shop.payment(order.order_id)).refunded_minor, 1_000)
    assert.equal((await shop.order(order.order_id)).payment_status, 'refunded')
  })

  it('turns a return into store credit, and the payment stays as it is', async () => {
    const order = await arrived(1, 2_500, 0)
    const rma = await resolved(await inspected(order, { accepted: 1, rejected: 0 }), { kind: 'store_credit' })
    assert.ok(rma.resolutions.at(-1).credit_ref)
    await agreed(order.order_id)
    assert.equal((await shop.order(order.order_id)).payment.refunded_minor, 0)
    const [grant] = await shop.database<{ amount_minor: string }>(
      'payments',
      'select amount_minor from store_credit_grant where source_id = $1',
      [rma.resolutions.at(-1).resolution_id],
    )
    assert.equal(Number(grant?.amount_minor), 2_500)
  })

  it('exchanges a return for the same goods, which cost nothing and have their stock', async () => {
    const order = await arrived(2, 1_500, 3)
    const rma = await resolved(await inspected(order, { accepted: 1, rejected: 0 }), { kind: 'exchange' })
    const replacement = await shop.order(rma.resolutions.at(-1).replacement_order_ref)
    assert.equal(replacement.status, 'confirmed')
    assert.deepEqual([replacement.totals.due_minor, replacement.lines[0].qty_reserved], [0, 1])
    assert.equal(replacement.lines[0].paid_minor, 1_501)
    await agreed(order.order_id)
    assert.equal((await shop.payment(order.order_id)).refunded_minor, 0)
    await shop.fulfil(replacement.order_id, 'shipped')
    await agreed(replacement.order_id)
    assert.equal((await shop.order(replacement.order_id)).payment.captured_minor, 0)
  })

  it('exchanges a return for something dearer once the customer has paid the difference, and never charged before', async () => {
    const dear = await kitchenSku()
    await shop.placed([{ sku: dear, qty: 1, unitMinor: 4_000 }])
    const order = await arrived(1, 1_000, 0)
    const rma = await resolved(await inspected(order, { accepted: 1, rejected: 0 }), {
      kind: 'exchange',
      replacement_lines: [{ sku: dear, qty: 1 }],
    })
    const { replacement_order_ref: id, message_untrusted: message } = rma.resolutions.at(-1)
    const waiting = await shop.order(id)
    assert.deepEqual([waiting.status, waiting.totals.due_minor], ['on_hold', 3_000])
    const url = /https?:\S+/.exec(message)?.[0]
    assert.ok(url, 'the customer is told where to pay')
    await shop.confirm(url, 'approve')
    const paid = await eventually(
      () => shop.order(id),
      ({ status }) => status === 'confirmed',
      'the order to go on',
    )
    assert.equal(paid.payment.authorized_minor, 3_000)
    await shop.fulfil(id, 'shipped')
    await eventually(
      () => shop.order(id),
      ({ payment_status }) => payment_status === 'captured',
      'capture of the difference',
    )
    assert.equal((await shop.payment(id)).captured_minor, 3_000)
    await agreed(id)
    await delivered(id)
    await resolved(await inspected(paid, { accepted: 1, rejected: 0 }), { kind: 'refund' })
    const refunded = async (orderId: string) => (await shop.payment(orderId)).refunded_minor
    assert.deepEqual([await refunded(id), await refunded(order.order_id)], [3_000, 1_000], 'from both payments')
    await agreed(id)
    await agreed(order.order_id)
  })

  it('lets a return be resolved in another way when there is nothing to exchange it for', async () => {
    const order = await arrived(1, 1_000, 0)
    const number = await inspected(order, { accepted: 1, rejected: 0 })
    const sku = order.lines[0].sku
    const left = await shop.database<{ available: number }>(
      'wms',
      'select sum(available)::int as available from stock_balance where sku = $1',
      [sku],
    )
    await shop.placed([{ sku, qty: left[0]?.available ?? 0, unitMinor: 100 }])
    await returns('resolve_return', { rma_number: number, kind: 'exchange' }).catch(() => undefined)
    await eventually(
      () => returns('get_return', { rma_number: number }),
      ({ status }) => status === 'inspected',
      'the return to be open again',
    )
    await resolved(number, { kind: 'refund' })
    await agreed(order.order_id)
    assert.equal((await shop.payment(order.order_id)).refunded_minor, 1_000)
  })

  const claims = (tool: string, args: object) => shop.staff('claims', 'claims', tool, args)
  /** A claim about everything in an order, approved as it was requested; how people decide is proven elsewhere. */
  const approved = async (orderId: string) => {
    const { claim_number } = await claims('open_claim', { order_id: orderId, type: 'damaged', statement: 'Crushed' })
    await shop.database(
      'claims',
      `with approved as (update claim set status = 'approved', approved_minor = requested_minor where number = $1 returning id)
       update claim_line set approved_minor = requested_minor where claim_id in (select id from approved)`,
      [claim_number],
    )
    return claim_number as string
  }
  const settled = async (number: string, method: string) => {
    await claims('settle_claim', { claim_number: number, method })
    return eventually(
      () => claims('get_claim', { claim_number: number }),
      ({ status }) => status === 'settled' || status === 'closed',
      'the settlement',
    )
  }

  it('pays a claim once, and nothing that a claim covers can be returned as well', async () => {
    const order = await arrived(2, 1_000, 0)
    const number = await approved(order.order_id)
    const lines = [{ order_line_id: order.lines[0].order_line_id, qty: 1, reason: 'defective' }]
    await assert.rejects(returns('create_rma', { order_id: order.order_id, lines }), /limit_exceeded|conflict/)
    await settled(number, 'refund')
    await agreed(order.order_id)
    const after = await shop.order(order.order_id)
    assert.deepEqual([after.payment.refunded_minor, after.totals.due_minor], [2_000, 0])
    assert.equal(after.payment_status, 'refunded')
    await assert.rejects(returns('create_rma', { order_id: order.order_id, lines }), /limit_exceeded|conflict/)
  })

  it('sends what a claim is about again, at no cost', async () => {
    const order = await arrived(1, 1_000, 7)
    const claim = await settled(await approved(order.order_id), 'replacement')
    const [found] = await shop.database<{ replacement_order_id: string }>(
      'oms',
      `select a.order_id as replacement_order_id from adjustment a join compensation c on c.source_id = a.source_id
       where a.source = 'exchange' and c.number = $1`,
      [claim.claim_number],
    )
    const replacement = await shop.order(found?.replacement_order_id ?? '')
    assert.deepEqual([replacement.status, replacement.totals.due_minor], ['confirmed', 0])
    await agreed(order.order_id)
    assert.equal((await shop.payment(order.order_id)).refunded_minor, 0)
  })

  it('recalls a lot: from sale, from orders that hold some of it, and from customers who got it', async () => {
    await shop.database('oms', `insert into approval_rule (tool, account, tier) values ('start_recall', '*', 'A0')`)
    const [tracked] = await shop.database<{ sku: string }>(
      'wms',
      `select l.sku from lot l join stock_balance b using (sku) where l.recall_state = 'none' and b.available >= 10
         and l.sku <> all($1) order by l.sku limit 1`,
      [used],
    )
    assert.ok(tracked, 'the demo data has lots')
    const gone = await arrived(1, 1_000, 0, tracked.sku)
    const lotOf = async (orderId: string) =>
      (await shop.database<{ lot: string }>('wms', 'select lot from picked_units where order_ref = $1', [orderId]))[0]
        ?.lot ?? ''
    const lot = await lotOf(gone.order_id)
    const inside = await shop.placed([{ sku: tracked.sku, qty: 1, unitMinor: 1_000 }])
    await shop.fulfil(inside.order_id, 'picked')
    const { status, body } = await shop.oms('start_recall', { lot, reason: 'A seal leaks' })
    assert.equal(status, 200, JSON.stringify(body))
    assert.ok(body.orders_sent.includes(gone.order_id))
    const opened = body.returns.find((each: { order_id: string }) => each.order_id === gone.order_id)
    assert.ok(opened, JSON.stringify(body))
    assert.equal(body.orders_held.includes(inside.order_id), (await lotOf(inside.order_id)) === lot)
    const [state] = await shop.database<{ recall_state: string }>(
      'wms',
      'select recall_state from lot where lot_no = $1 and sku = $2',
      [lot, tracked.sku],
    )
    assert.equal(state?.recall_state, 'recalled')
    assert.equal((await returns('get_return', { rma_number: opened.rma_number })).status, 'authorized')
  })

  it('leaves every book in agreement', async () => {
    for (const view of ['order_differences', 'compensation_differences'])
      assert.deepEqual(await shop.database('oms', `select * from ${view}`), [])
  })
})
