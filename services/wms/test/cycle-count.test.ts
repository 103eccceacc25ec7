import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { differences, factsAbout, type Inventory, makePlaces, openInventory, stock } from './inventory.ts'

describe('cycle counts', () => {
  let inventory: Inventory
  let sequence = 0
  before(async () => {
    inventory = await openInventory({ demo: false })
    await inventory.db
      .insertInto('approval_limit')
      .values({ tool: 'submit_count', account: '*', limit_minor: 1_500, currency: 'USD' })
      .execute()
  })
  after(() => inventory.close())

  const floor = () => inventory.account('staff-warehouse')
  const level = async (sku: string) => (await floor().call('get_stock', { skus: [sku] })).body.items[0]
  /** A new SKU with units in a bin of its own. */
  const shelf = async (qty: number) => {
    const number = ++sequence
    const place = { sku: `CNT-${number}`, warehouse: 'CW-1', putTo: `C-${number}` }
    await makePlaces(inventory.db, [place.sku], ['CW-1'])
    await inventory.db
      .insertInto('location')
      .values({ warehouse_id: 'CW-1', code: place.putTo, kind: 'pick' })
      .execute()
    await stock(inventory.db, [{ ...place, qty }])
    return { sku: place.sku, location: place.putTo }
  }
  const start = async (...skus: string[]): Promise<string> => {
    const { status, body } = await floor().once('start_cycle_count', { warehouse: 'CW-1', skus })
    assert.equal(status, 200, JSON.stringify(body))
    return body.count_id
  }
  const submit = (count_id: string, ...lines: Record<string, unknown>[]) =>
    floor().once('submit_count', { count_id, lines })

  it('are blind, and post a small difference at once', async () => {
    const bin = await shelf(100)
    const other = await shelf(10)
    const id = await start(bin.sku, other.sku)
    const half = await submit(id, { ...bin, counted: 98 })
    assert.equal(half.body.status, 'counting')
    assert.deepEqual(half.body.to_count, [{ location: other.location, sku: other.sku }])
    assert.deepEqual(half.body.counted, [{ ...bin, counted: 98, round: 1 }])
    const { body } = await submit(id, { ...other, counted: 10 })
    assert.equal(body.status, 'posted')
    assert.equal(body.counted.find(({ sku }: { sku: string }) => sku === bin.sku).variance, -2)
    assert.equal((await level(bin.sku)).on_hand, 98)
    assert.deepEqual(await factsAbout(inventory.db, bin.sku), [
      {
        type: 'stock.adjusted.v1',
        data: { sku: bin.sku, warehouse: 'CW-1', delta: -2, reason_code: 'count_correction' },
      },
    ])
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('count a large difference twice, and post it by a decision within the limit alone', async () => {
    const small = await shelf(20)
    const id = await start(small.sku)
    const again = await submit(id, { ...small, counted: 15 })
    assert.deepEqual([again.body.status, again.body.to_count], ['recount', [small]])
    assert.equal((await level(small.sku)).on_hand, 20)
    assert.equal((await submit(id, { ...small, counted: 15 })).body.status, 'review')
    assert.equal((await submit(id, { ...small, counted: 20 })).body.code, 'invalid_transition')
    const posted = await floor().once('submit_count', { count_id: id, decision: 'post' })
    assert.equal(posted.body.status, 'posted', JSON.stringify(posted.body))
    assert.equal((await level(small.sku)).on_hand, 15)

    const large = await shelf(50)
    const other = await start(large.sku)
    for (const _ of [1, 2]) await submit(other, { ...large, counted: 10 })
    const denied = await floor().once('submit_count', { count_id: other, decision: 'post' })
    assert.deepEqual([denied.body.status, denied.body.tier], ['pending_approval', 'A2'])
    assert.equal((await level(large.sku)).on_hand, 50)
    const recount = await floor().once('submit_count', { count_id: other, decision: 'recount' })
    assert.equal(recount.body.status, 'recount')
    assert.equal((await submit(other, { ...large, counted: 50 })).body.status, 'posted')
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('compare with the books of the moment in which a bin was counted', async () => {
    const bin = await shelf(30)
    const id = await start(bin.sku)
    await stock(inventory.db, [{ sku: bin.sku, warehouse: 'CW-1', qty: 10, putTo: bin.location }])
    assert.equal((await submit(id, { ...bin, counted: 40 })).body.status, 'posted')
    assert.equal((await level(bin.sku)).on_hand, 40)
  })

  it('find again what a picker missed', async () => {
    const bin = await shelf(5)
    const oms = inventory.service('oms')
    await oms.call('reserve_stock', { order_ref: 'chk-miss', lines: [{ sku: bin.sku, qty: 1 }] })
    await oms.call('allocate_reservation', { checkout_id: 'chk-miss', order_ref: 'miss' })
    const wave = await floor().once('create_pick_wave', { warehouse: 'CW-1' })
    await floor().once('report_short_pick', { task_id: wave.body.tasks[0].task_id })
    assert.equal((await level(bin.sku)).quarantined, 1)
    await submit(await start(bin.sku), { ...bin, counted: 5 })
    const { on_hand, quarantined } = await level(bin.sku)
    assert.deepEqual([on_hand, quarantined], [5, 0])
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('never take from the books what is promised to orders', async () => {
    const bin = await shelf(10)
    await floor().call('reserve_stock', { order_ref: 'promised', lines: [{ sku: bin.sku, qty: 10 }] })
    const { body } = await submit(await start(bin.sku), { ...bin, counted: 9 })
    assert.equal(body.code, 'insufficient_stock')
    assert.equal(body.next_actions[0].tool, 'report_short_pick')
    assert.equal((await level(bin.sku)).on_hand, 10)
  })
})
