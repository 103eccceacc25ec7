import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../returns.ts'
import { allIsRight, oneLine, returns } from './server.ts'

const received = async (qty: number, sku = 'KIT-1') => {
  const order = await oneLine(sku, qty, qty * 100)
  const rma = await returns.authorised(order, qty)
  const [{ rma_line_id: line }] = rma.lines
  return { order, rma_number: rma.rma_number as string, line: line as string }
}
const bucket = async (sku: string, column: 'available' | 'quarantined' | 'damaged') => {
  const row = await returns.stock
    .selectFrom('stock_balance')
    .select(column)
    .where('sku', '=', sku)
    .where('warehouse_id', '=', 'WH-1')
    .executeTakeFirst()
  return row?.[column] ?? 0
}

describe('goods that come back', { concurrency: 4 }, () => {
  it('may come in parts, are inspected as they come, and never exceed what was authorised', async () => {
    const { rma_number, line } = await received(3)
    const part = await returns.done('receive_return', { rma_number, lines: [{ line, qty: 2 }], dock: 'R2' })
    assert.deepEqual([part.rma.status, part.receipt.lines[0].qty], ['partially_received', 2])
    const early = await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'A' })
    assert.deepEqual([early.rma.status, early.inspection.recommended_disposition], ['partially_received', 'restock'])
    const over = await returns.clerk.once('receive_return', { rma_number, lines: [{ line, qty: 2 }] })
    assert.equal(over.body.code, 'limit_exceeded')
    assert.equal(
      (await returns.done('receive_return', { rma_number, lines: [{ line, qty: 1 }] })).rma.status,
      'inspecting',
    )
    const most = await returns.clerk.once('inspect_return', { rma_number, line, qty: 3, grade: 'A' })
    assert.equal(most.body.code, 'limit_exceeded')
    assert.equal(
      (await returns.done('inspect_return', { rma_number, line, qty: 2, grade: 'B' })).rma.status,
      'inspected',
    )
    await allIsRight()
  })

  it('are complete when somebody says so, and what never came is not paid', async () => {
    const { rma_number, line } = await received(3)
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 1 }], complete: true })
    const { rma } = await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'C' })
    assert.deepEqual([rma.status, rma.money.ceiling_minor], ['inspected', 100])
    const nothing = await received(1)
    const empty = await returns.clerk.once('receive_return', { rma_number: nothing.rma_number, complete: true })
    assert.equal(empty.body.code, 'invalid_argument')
  })

  it('are judged by grade, reason and serial number', async () => {
    const judge = async (changes: object, sold: string[] = []) => {
      const { rma_number, line } = await received(1)
      await returns.db.updateTable('rma_line').set({ serials_sold: sold }).where('id', '=', line).execute()
      await returns.done('receive_return', { rma_number, lines: [{ line, qty: 1 }] })
      const look = { rma_number, line, qty: 1, grade: 'D', ...changes }
      const { status, body } = await returns.clerk.once('inspect_return', look)
      return status === 200 ? [body.inspection.accepted, body.inspection.recommended_disposition] : body.code
    }
    assert.deepEqual(await judge({}), [true, 'scrap'], 'defective is not the customer’s doing')
    assert.deepEqual(await judge({ accepted: false }), [false, 'ship_back'])
    const sold = ['S-1', 'S-2']
    assert.deepEqual(await judge({ grade: 'A', serials: ['S-2'] }, sold), [true, 'restock'])
    assert.deepEqual(await judge({ grade: 'A', serials: ['S-9'] }, sold), [false, 'ship_back'])
    assert.deepEqual(await judge({ grade: 'A' }, sold), [false, 'ship_back'])
    assert.equal(await judge({ grade: 'A', serials: ['S-9'], accepted: true }, sold), 'invalid_argument')
  })

  it('that look worn are noted when nothing was wrong with them', async () => {
    const { rma_number, lines } = await returns.authorised(await oneLine('KIT-1', 1, 900), 1, 'changed_mind')
    const [{ rma_line_id: line }] = lines
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 1 }] })
    const { rma } = await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'C' })
    assert.deepEqual(
      rma.fraud_signals.map(({ kind }: { kind: string }) => kind),
      ['wardrobing'],
    )
  })

  it('must have the serial numbers that inventory picked for the order', async () => {
    const order = await oneLine('KIT-1', 1, 900)
    await returns.stock
      .insertInto('reservation')
      .values({
        ...{ id: `rsv_${order.orderId}`, order_ref: order.orderId, sku: 'KIT-1', warehouse_id: 'WH-1', qty: 1 },
        ...{ state: 'shipped' },
      } as never)
      .execute()
    await returns.stock
      .insertInto('serial')
      .values({ sku: 'KIT-1', serial_no: `S-${order.orderId}`, state: 'shipped', order_ref: order.orderId })
      .execute()
    const { lines } = await returns.done('create_rma', { order_id: order.orderId, reason: 'defective' })
    assert.deepEqual(lines[0].serials_sold, [`S-${order.orderId}`])
  })

  it('go where the disposition says, once, and inventory says where', async () => {
    const { rma_number, line } = await received(4, 'BOK-1')
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 4 }] })
    await returns.done('inspect_return', { rma_number, line, qty: 3, grade: 'A' })
    await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'D', accepted: false })
    const [available, apart] = [await bucket('BOK-1', 'available'), await bucket('BOK-1', 'quarantined')]
    const wish = { rma_line_id: line, disposition: 'restock', qty: 2, idempotency_key: `once-${line}` }
    const answers = await Promise.all([1, 2, 3].map(() => returns.clerk.call('set_disposition', wish)))
    const booked = answers.filter(({ status }) => status === 200)
    assert.ok(booked.length > 0, JSON.stringify(answers))
    assert.equal(new Set(booked.map(({ body }) => body.disposition_id)).size, 1)
    assert.equal(booked[0]?.body.status, 'booked')
    assert.ok(booked[0]?.body.location)
    await returns.done('set_disposition', { rma_line_id: line, disposition: 'return_to_vendor', qty: 1 })
    const back = await returns.done('set_disposition', { rma_line_id: line, disposition: 'ship_back', qty: 1 })
    assert.deepEqual([back.status, back.wms_movement_ref], ['booked', null])
    assert.equal(await bucket('BOK-1', 'available'), available + 2)
    assert.equal(await bucket('BOK-1', 'quarantined'), apart + 1)
    for (const disposition of ['scrap', 'ship_back']) {
      const over = await returns.clerk.once('set_disposition', { rma_line_id: line, disposition, qty: 1 })
      assert.equal(over.body.code, 'limit_exceeded', disposition)
    }
    const facts = await eventually(
      async () => (await returns.facts(rma_number)).filter(({ type }) => type === 'return.disposed.v1'),
      (told) => told.length === 3,
      'three dispositions',
    )
    assert.equal(facts[0]?.data.warehouse, 'WH-1')
    await allIsRight()
  })

  it('that inventory refuses can go elsewhere', async () => {
    const { rma_number, line } = await received(1)
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 1 }] })
    await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'A' })
    const wish = { rma_line_id: line, disposition: 'restock', qty: 1 }
    const refused = await returns.clerk.once('set_disposition', { ...wish, warehouse: 'WH-NONE' })
    assert.equal(refused.body.code, 'not_found')
    assert.equal((await returns.done('set_disposition', wish)).status, 'booked')
  })

  it('that are scrapped above a value need another person', async () => {
    const order = await oneLine('KIT-1', 1, 14_000)
    const { rma_number, lines } = await returns.inspected(order, 1, 1)
    const [{ rma_line_id }] = lines
    const scrap = await returns.clerk.once('set_disposition', { rma_line_id, disposition: 'scrap', qty: 1 })
    assert.deepEqual([scrap.status, scrap.body.status, scrap.body.tier], [202, 'pending_approval', 'A2'])
    const { body: asked } = await returns.clerk.call('get_approval', { approval_id: scrap.body.approval_id })
    assert.equal(asked.summary_untrusted, `Set disposition: KIT-1 of ${rma_number}`)
    assert.deepEqual(asked.changes_untrusted, [{ what: 'Accepted units that wait', before: '1', after: '0' }])
    assert.deepEqual((await returns.clerk.call('get_return', { rma_number })).body.dispositions, [])
  })

  it('are looked at again when the customer disputes it', async () => {
    const { rma_number, line } = await received(2)
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 2 }] })
    await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'A' })
    const no = await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'D', accepted: false })
    const supersedes = no.inspection.inspection_id
    const again = { rma_number, line, qty: 1, grade: 'B', supersedes }
    const { rma } = await returns.done('inspect_return', again)
    assert.deepEqual([rma.status, rma.lines[0].qty_accepted, rma.lines[0].qty_rejected], ['disputed', 2, 0])
    assert.equal(rma.money.ceiling_minor, 200)
    assert.equal((await returns.clerk.once('inspect_return', again)).body.code, 'not_found')
    const told = await eventually(
      async () => (await returns.facts(rma_number)).filter(({ type }) => type === 'return.inspected.v1'),
      (facts) => facts.length === 2,
      'both inspections',
    )
    assert.deepEqual(
      told.map(({ data }) => (data.lines as { qty: number }[])[0]?.qty),
      [1, 2],
    )
    await allIsRight()
  })
})
