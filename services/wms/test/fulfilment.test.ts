import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { sql } from 'kysely'
import { differences, factsAbout, type Inventory, makePlaces, openInventory, stock } from './inventory.ts'

interface Task {
  task_id: string
  sku: string
  qty: number
  location: string
  lot?: string
}

describe('orders on their way out', () => {
  let inventory: Inventory
  let sequence = 0
  before(async () => {
    inventory = await openInventory({ demo: false })
  })
  after(() => inventory.close())

  const floor = () => inventory.account('staff-warehouse')
  const oms = () => inventory.service('oms')
  const level = async (sku: string) => (await floor().call('get_stock', { skus: [sku] })).body.items[0]

  /** A warehouse of its own with new SKUs, each with units in a pick bin. */
  const shelves = async (...quantities: number[]) => {
    const id = `FW-${++sequence}`
    const skus = quantities.map((_, index) => `FUL-${sequence}-${index}`)
    await makePlaces(inventory.db, skus, [id])
    const bins = skus.map((_, index) => ({ code: `A-${index}`, aisle: 1 + (index % 2), pick_seq: index }))
    for (const bin of bins)
      await inventory.db
        .insertInto('location')
        .values({ warehouse_id: id, kind: 'pick', ...bin })
        .execute()
    await stock(
      inventory.db,
      skus.map((sku, index) => ({ sku, warehouse: id, qty: quantities[index] ?? 0, putTo: `A-${index}` })),
    )
    return { warehouse: id, skus, sku: skus[0] ?? '' }
  }
  const confirm = async (orderRef: string, lines: { sku: string; qty: number }[]) => {
    const held = await oms().call('reserve_stock', { order_ref: `chk-${orderRef}`, lines, allow_split: true })
    assert.equal(held.status, 200, JSON.stringify(held.body))
    const allocated = await oms().call('allocate_reservation', { checkout_id: `chk-${orderRef}`, order_ref: orderRef })
    assert.equal(allocated.body.state, 'allocated', JSON.stringify(allocated.body))
  }
  const wave = async (warehouse: string, orderRef: string): Promise<Task[]> => {
    const { status, body } = await floor().once('create_pick_wave', { warehouse, criteria: { order_refs: [orderRef] } })
    assert.equal(status, 200, JSON.stringify(body))
    return body.tasks
  }
  const pickAll = async (warehouse: string, orderRef: string) => {
    for (const { task_id, qty } of await wave(warehouse, orderRef)) {
      const { status, body } = await floor().once('confirm_pick', { task_id, qty })
      assert.equal(status, 200, JSON.stringify(body))
    }
  }
  const pack = (orderRef: string, ...cartons: Record<string, unknown>[]) =>
    floor().once('pack_shipment', { order_ref: orderRef, cartons })

  it('are picked, packed and handed over, and every step is told', async () => {
    const { warehouse, skus } = await shelves(5, 5, 5)
    const [first = '', , third = ''] = skus
    await confirm('life', [
      { sku: first, qty: 2 },
      { sku: third, qty: 3 },
    ])
    await pickAll(warehouse, 'life')
    const packed = await pack(
      'life',
      {
        lines: [
          { sku: first, qty: 2 },
          { sku: third, qty: 1 },
        ],
      },
      { lines: [{ sku: third, qty: 2 }], weight_g: 900 },
    )
    assert.deepEqual(
      packed.body.packages.map(({ weight_g }: { weight_g: number }) => weight_g),
      [300, 900],
    )
    const ref = packed.body.shipment_ref
    const handed = await floor().call('hand_over_shipment', { order_ref: 'life', carrier: 'UPS', tracking: '1Z' })
    assert.equal(handed.body.shipments[0].status, 'handed_over')
    const again = await floor().call('hand_over_shipment', { order_ref: 'life' })
    assert.deepEqual(again.body, handed.body)
    const { body } = await oms().call('get_reservation', { order_ref: 'life' })
    for (const row of body.reservations) assert.deepEqual([row.state, row.shipment_ref], ['shipped', ref])
    assert.equal((await level(first)).on_hand, 3)
    const facts = await factsAbout(inventory.db, 'life')
    assert.deepEqual(
      facts.map(({ type }) => type),
      ['stock.picked.v1', 'stock.packed.v1', 'stock.shipped.v1'],
    )
    assert.deepEqual(facts[2]?.data, {
      order_ref: 'life',
      shipment_ref: ref,
      warehouse,
      carrier: 'UPS',
      tracking: '1Z',
      lines: [
        { sku: first, qty: 2 },
        { sku: third, qty: 3 },
      ],
    })
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('keep a hold that is over time but not yet gone, and lose one that is', async () => {
    const { sku } = await shelves(4)
    const expire = (ref: string) =>
      sql`update reservation set expires_at = now() - interval '1 second' where order_ref = ${ref}`.execute(
        inventory.db,
      )
    await oms().call('reserve_stock', { order_ref: 'chk-late', lines: [{ sku, qty: 4 }] })
    await expire('chk-late')
    const allocate = (order_ref = 'late') => oms().call('allocate_reservation', { checkout_id: 'chk-late', order_ref })
    const answers = await Promise.all(Array.from({ length: 5 }, () => allocate()))
    for (const { body } of answers) assert.deepEqual([body.state, body.order_ref], ['allocated', 'late'])
    assert.equal((await allocate('another')).body.code, 'conflict')
    const never = await oms().call('allocate_reservation', { checkout_id: 'chk-never', order_ref: 'never' })
    assert.deepEqual([never.body.code, never.body.details.state], ['invalid_transition', 'none'])
    await oms().once('release_reservation', { order_ref: 'late' })
    await oms().call('reserve_stock', { order_ref: 'chk-gone', lines: [{ sku, qty: 4 }] })
    await expire('chk-gone')
    await oms().call('reserve_stock', { order_ref: 'chk-quick', lines: [{ sku, qty: 4 }] })
    const gone = await oms().call('allocate_reservation', { checkout_id: 'chk-gone', order_ref: 'gone' })
    assert.deepEqual([gone.body.code, gone.body.details.state], ['invalid_transition', 'expired'])
    assert.equal((await factsAbout(inventory.db, 'chk-gone'))[0]?.type, 'stock.reservation_expired.v1')
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('take what expires first, and never what has expired or is recalled', async () => {
    const { warehouse, sku } = await shelves(0)
    const lots = [
      ['OLD', '2020-01-01'],
      ['LATE', '2099-12-31'],
      ['SOON', '2099-01-31'],
      ['BAD', '2099-01-01'],
    ] as const
    const places = lots.map(([lot]) => ({ sku, warehouse, qty: 2, lot, putTo: 'A-0' }))
    await inventory.db
      .insertInto('lot')
      .values(lots.map(([lot_no, expires_on]) => ({ sku, lot_no, expires_on })))
      .execute()
    await stock(inventory.db, places)
    await sql`update lot set recall_state = 'recalled' where sku = ${sku} and lot_no = 'BAD'`.execute(inventory.db)
    await confirm('fefo', [{ sku, qty: 5 }])
    const { body } = await floor().once('create_pick_wave', { warehouse })
    assert.deepEqual(
      body.tasks.map(({ lot, qty }: Task) => [lot, qty]),
      [
        ['SOON', 2],
        ['LATE', 2],
      ],
    )
    assert.deepEqual(body.unplanned, [{ order_ref: 'fefo', sku, qty: 1 }])
    const [task] = body.tasks
    const bad = await floor().once('confirm_pick', { task_id: task.task_id, qty: 1, lot: 'BAD' })
    assert.equal(bad.body.code, 'conflict')
    assert.match(bad.body.message, /recalled/)
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('are served from another bin when one is short, and told about what nobody has', async () => {
    const { warehouse, sku } = await shelves(3)
    await stock(inventory.db, [{ sku, warehouse, qty: 2, putTo: 'RECEIVING' }])
    await confirm('short', [{ sku, qty: 3 }])
    const [task] = await wave(warehouse, 'short')
    assert.equal(task?.location, 'A-0')
    await floor().once('confirm_pick', { task_id: task?.task_id, qty: 1 })
    const replaced = await floor().once('report_short_pick', { task_id: task?.task_id })
    assert.deepEqual(
      replaced.body.replaced_by.map(({ location, qty }: Task) => [location, qty]),
      [['RECEIVING', 2]],
    )
    assert.equal(replaced.body.short_qty, 0)
    const lost = await floor().once('report_short_pick', { task_id: replaced.body.replaced_by[0].task_id, qty: 1 })
    assert.deepEqual([lost.body.short_qty, lost.body.replaced_by], [1, []])
    const facts = await factsAbout(inventory.db, 'short')
    assert.deepEqual(facts[0], {
      type: 'stock.short.v1',
      data: { order_ref: 'short', warehouse, lines: [{ sku, qty: 1 }] },
    })
    const { available, quarantined, reserved, picked } = await level(sku)
    assert.deepEqual(
      { available, quarantined, reserved, picked },
      { available: 0, quarantined: 3, reserved: 1, picked: 1 },
    )
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('give back what is picked and packed, to the bins it came from, and keep what has shipped', async () => {
    const { warehouse, sku } = await shelves(6)
    await confirm('back', [{ sku, qty: 6 }])
    await pickAll(warehouse, 'back')
    await pack('back', { lines: [{ sku, qty: 2 }] })
    await floor().call('hand_over_shipment', { order_ref: 'back' })
    const open = await pack('back', { lines: [{ sku, qty: 3 }] })
    const part = await oms().once('release_reservation', { order_ref: 'back', lines: [{ sku, qty: 2 }] })
    assert.deepEqual(part.body.released, [{ sku, warehouse, qty: 2 }])
    assert.deepEqual(part.body.kept, [])
    const opened = await floor().call('hand_over_shipment', {
      order_ref: 'back',
      packages: open.body.packages.map(({ package_id }: { package_id: string }) => package_id),
    })
    assert.equal(opened.body.code, 'invalid_transition')
    const rest = await oms().once('release_reservation', { order_ref: 'back', lines: [{ sku, qty: 4 }] })
    assert.deepEqual(rest.body.released, [{ sku, warehouse, qty: 2 }])
    assert.deepEqual(rest.body.kept, [{ sku, qty: 2, state: 'shipped' }])
    const { rows } = await sql<{ location: string; qty: number }>`
      select location, qty from stock_bin where sku = ${sku}`.execute(inventory.db)
    assert.deepEqual(rows, [{ location: 'A-0', qty: 4 }])
    assert.equal((await level(sku)).available, 4)
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('need a serial number a unit where the SKU has them, and each number leaves once', async () => {
    const { warehouse, sku } = await shelves(4)
    await inventory.db.updateTable('sku').set({ serial_tracked: true }).where('id', '=', sku).execute()
    await confirm('serial-1', [{ sku, qty: 2 }])
    await confirm('serial-2', [{ sku, qty: 1 }])
    const [task] = await wave(warehouse, 'serial-1')
    const pick = (task_id: string | undefined, qty: number, ...serials: string[]) =>
      floor().once('confirm_pick', { task_id, qty, serials })
    assert.equal((await pick(task?.task_id, 2, 'S1')).body.code, 'invalid_argument')
    assert.equal((await pick(task?.task_id, 2, 'S1', 'S1')).body.code, 'invalid_argument')
    assert.equal((await pick(task?.task_id, 2, 'S1', 'S2')).status, 200)
    const [other] = await wave(warehouse, 'serial-2')
    assert.equal((await pick(other?.task_id, 1, 'S2')).body.code, 'conflict')
    await oms().once('release_reservation', { order_ref: 'serial-1' })
    assert.equal((await pick(other?.task_id, 1, 'S2')).status, 200)
  })

  it('come to one end when everybody acts at once', async () => {
    for (let round = 0; round < 6; round++) {
      const { warehouse, sku } = await shelves(8)
      const ref = `race-${round}`
      await confirm(ref, [{ sku, qty: 8 }])
      const [task] = await wave(warehouse, ref)
      const picks = await Promise.all([
        ...Array.from({ length: 6 }, () => floor().once('confirm_pick', { task_id: task?.task_id, qty: 2 })),
        floor().once('report_short_pick', { task_id: task?.task_id, qty: 1 }),
      ])
      assert.ok(picks.filter(({ status }) => status === 200).length >= 4)
      const { body: before } = await oms().call('get_reservation', { order_ref: ref })
      const picked = before.reservations.find(({ state }: { state: string }) => state === 'picked').qty
      await pack(ref, { lines: [{ sku, qty: picked }] })
      const [handed, released] = await Promise.all([
        floor().call('hand_over_shipment', { order_ref: ref }),
        oms().once('release_reservation', { order_ref: ref }),
      ])
      const { body: after } = await oms().call('get_reservation', { order_ref: ref })
      const shipped = after.reservations.some(({ state }: { state: string }) => state === 'shipped')
      assert.equal(handed.status === 200, shipped, 'handed over, or not')
      assert.equal(released.body.kept.length > 0, shipped, 'and the release says the same')
      assert.equal((await level(sku)).on_hand, shipped ? 8 - picked : 8)
      assert.deepEqual(await differences(inventory.db), [])
    }
  })

  it('are planned once, however many waves are made at the same time', async () => {
    const { warehouse, sku } = await shelves(30)
    for (let order = 0; order < 10; order++) await confirm(`plan-${order}`, [{ sku, qty: 3 }])
    const waves = await Promise.all(
      Array.from({ length: 5 }, () => floor().once('create_pick_wave', { warehouse, max_orders: 10 })),
    )
    const tasks: Task[] = waves.flatMap(({ body }) => body.tasks ?? [])
    assert.equal(
      tasks.reduce((sum, { qty }) => sum + qty, 0),
      30,
    )
  })

  it('put returned goods back once a line', async () => {
    const { warehouse, sku } = await shelves(1)
    const goods = { rma_line: 'rma-1', sku, warehouse, qty: 2, disposition: 'restock' }
    const answers = await Promise.all(
      Array.from({ length: 5 }, () => inventory.service('rma').call('restock_return', goods)),
    )
    for (const { body } of answers) assert.equal(body.location, 'A-0', JSON.stringify(body))
    assert.equal((await level(sku)).available, 3)
    const other = await inventory.service('rma').call('restock_return', { ...goods, qty: 3 })
    assert.equal(other.body.code, 'conflict')
    assert.deepEqual(await differences(inventory.db), [])
  })
})
