import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { cancelPurchaseOrder } from '../src/purchase-order.ts'
import { differences, type Inventory, makePlaces, openInventory } from './inventory.ts'

describe('purchase orders and receiving', () => {
  let inventory: Inventory
  let keys = 0
  before(async () => {
    inventory = await openInventory()
    await makePlaces(inventory.db, ['BUY-1', 'BUY-2'], ['BW-1', 'BW-2'])
  })
  after(() => inventory.close())

  const staff = () => inventory.account()
  const level = async (sku: string) => (await staff().call('get_stock', { skus: [sku] })).body.items[0]
  const order = async (quantity: number, args: Record<string, unknown> = {}): Promise<string> => {
    const wanted = { sku: 'BUY-1', quantity, warehouse: 'BW-1', force_new: true, ...args }
    const { status, body } = await staff().call('create_reorder', wanted)
    assert.equal(status, 200, JSON.stringify(body))
    return body.po_number
  }
  const receive = (wanted: Record<string, unknown>, ...lines: Record<string, unknown>[]) =>
    staff().call('receive_goods', { ...wanted, lines, idempotency_key: `receipt-${++keys}` })

  it('counts what is ordered as incoming until it arrives', async () => {
    const before = await level('BUY-1')
    const po_number = await order(20)
    assert.equal((await level('BUY-1')).incoming, before.incoming + 20)
    const first = await receive({ po_number }, { sku: 'BUY-1', qty: 12 })
    assert.equal(first.body.po_status, 'partially_received')
    assert.deepEqual(first.body.discrepancies, [
      { sku: 'BUY-1', reason: 'short', expected: 20, received: 12, damaged: 0 },
    ])
    const second = await receive({ po_number }, { sku: 'BUY-1', qty: 8, damaged: 3, lot: 'L-7', location: 'RECEIVING' })
    assert.equal(second.body.po_status, 'received')
    const after = await level('BUY-1')
    assert.equal(after.incoming, before.incoming)
    assert.equal(after.available, before.available + 17)
    assert.equal(after.damaged, before.damaged + 3)
    const { body: history } = await staff().call('get_stock_history', { lot: 'L-7', verbosity: 'full' })
    assert.deepEqual(
      history.items.map(({ qty, to, location }: Record<string, unknown>) => [qty, to, location]),
      [
        [3, 'damaged', 'DAMAGED'],
        [5, 'available', 'RECEIVING'],
      ],
    )
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('stocks a few units too many and sets apart what is beyond the tolerance', async () => {
    const within = await receive({ po_number: await order(40) }, { sku: 'BUY-1', qty: 42 })
    assert.deepEqual([within.body.po_status, within.body.discrepancies, within.body.quarantined], ['received', [], []])
    const before = await level('BUY-1')
    const beyond = await receive({ po_number: await order(40) }, { sku: 'BUY-1', qty: 50 })
    assert.deepEqual(beyond.body.quarantined, [{ sku: 'BUY-1', qty: 8 }])
    assert.equal(beyond.body.discrepancies[0].reason, 'over')
    const after = await level('BUY-1')
    assert.equal(after.available, before.available + 42)
    assert.equal(after.quarantined, before.quarantined + 8)
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('books a delivery once, however often and however parallel it is sent', async () => {
    const po_number = await order(10)
    const before = await level('BUY-1')
    const delivery = { po_number, lines: [{ sku: 'BUY-1', qty: 10 }], idempotency_key: 'truck-1' }
    const answers = await Promise.all(Array.from({ length: 12 }, () => staff().call('receive_goods', delivery)))
    const booked = answers.filter(({ status }) => status === 200)
    assert.ok(booked.length >= 1)
    assert.equal(new Set(booked.map(({ body }) => body.receipt_id)).size, 1)
    assert.equal((await level('BUY-1')).available, before.available + 10)
    const unkeyed = await staff().call('receive_goods', { po_number, lines: delivery.lines })
    assert.equal(unkeyed.body.code, 'idempotency_key_required')
  })

  it('finds the order by the shipping notice of the supplier', async () => {
    const { body } = await staff().call('list_purchase_orders', { status: 'ordered', verbosity: 'full', limit: 100 })
    const { asn, po_number, lines } = body.items.find((found: { asn?: string }) => found.asn)
    const receipt = await receive({ asn }, { sku: lines[0].sku, qty: lines[0].qty_ordered })
    assert.equal(receipt.body.po_number, po_number)
    assert.equal((await receive({ asn, po_number }, { sku: lines[0].sku, qty: 1 })).body.code, 'invalid_argument')
  })

  it('refuses what cannot be', async () => {
    const po_number = await order(5)
    const foreign = await receive({ po_number }, { sku: 'BUY-2', qty: 1 })
    assert.deepEqual(foreign.body.details.ordered_skus, ['BUY-1'])
    const impossible = await receive({ po_number }, { sku: 'BUY-1', qty: 1, damaged: 2 })
    assert.equal(impossible.body.code, 'invalid_argument')
    await receive({ po_number }, { sku: 'BUY-1', qty: 5 })
    const again = await receive({ po_number }, { sku: 'BUY-1', qty: 5 })
    assert.equal(again.body.code, 'invalid_transition')
    assert.deepEqual(again.body.details.legal, ['closed'])
  })

  it('cancels an order of which nothing has arrived, and no other', async () => {
    const before = await level('BUY-1')
    const cancel = (number: string) =>
      inventory.db.transaction().execute((trx) => cancelPurchaseOrder(trx, number, 'no longer needed'))
    const open = await order(30)
    assert.equal((await cancel(open)).status, 'cancelled')
    assert.equal((await cancel(open)).status, 'cancelled')
    assert.equal((await level('BUY-1')).incoming, before.incoming)
    const arrived = await order(4)
    await receive({ po_number: arrived }, { sku: 'BUY-1', qty: 1 })
    await assert.rejects(cancel(arrived), {
      body: {
        code: 'invalid_transition',
        details: { status: 'partially_received', wanted: 'cancelled', legal: ['received'] },
        message: `${arrived} is partially_received and cannot become cancelled.`,
        next_actions: [{ tool: 'get_purchase_order', arguments: { po_number: arrived } }],
        retryable: false,
      },
    })
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('lets ops order up to the limit alone, and nobody else', async () => {
    const within = { sku: 'BUY-2', quantity: 200, warehouse: 'BW-1' }
    assert.equal((await staff().call('create_reorder', within)).status, 200)
    const above = await staff().call('create_reorder', { ...within, quantity: 201 })
    assert.deepEqual([above.body.status, above.body.tier], ['pending_approval', 'A2'])
    const buyer = await inventory.account('staff-buyer').call('create_reorder', { ...within, quantity: 1 })
    assert.equal(buyer.body.tier, 'A2')
    const correction = { sku: 'BUY-2', warehouse: 'BW-1', delta: 1, reason_code: 'found', idempotency_key: 'adj-1' }
    assert.equal((await staff().call('adjust_stock', correction)).body.tier, 'A1')
    const large = { ...correction, delta: 900, idempotency_key: 'adj-2' }
    assert.equal((await staff().call('adjust_stock', large)).body.tier, 'A2')
  })

  it('suspects the same reorder within a minute', async () => {
    const wanted = { sku: 'BUY-2', quantity: 3, warehouse: 'BW-2' }
    const first = await staff().call('create_reorder', wanted)
    assert.equal(first.status, 200)
    assert.equal((await staff().call('create_reorder', wanted)).body.code, 'conflict')
    assert.equal((await staff().call('create_reorder', { ...wanted, force_new: true })).status, 200)
  })

  it('orders a line of a plan once', async () => {
    const { body: plan } = await staff().call('suggest_reorders', { budget_minor: 200_000 })
    assert.ok(plan.lines.length > 0 && plan.total_minor <= 200_000)
    const { sku, warehouse } = plan.lines[0]
    const wanted = { sku, warehouse, quantity: 1, plan_id: plan.plan_id, force_new: true }
    const answers = await Promise.all(Array.from({ length: 5 }, () => staff().call('create_reorder', wanted)))
    const numbers = new Set(answers.filter(({ status }) => status === 200).map(({ body }) => body.po_number))
    assert.equal(numbers.size, 1)
    const { body } = await staff().call('create_reorder', { ...wanted, sku: 'BUY-1' })
    assert.equal(body.code, 'not_found')
  })
})
