import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { setTimeout } from 'node:timers/promises'
import { sql } from 'kysely'
import { startHousekeeping } from '../src/housekeeping.ts'
import { differences, type Inventory, makePlaces, openInventory, stock } from './inventory.ts'

describe('reservations', () => {
  let inventory: Inventory
  let sequence = 0
  before(async () => {
    inventory = await openInventory({ demo: false })
  })
  after(() => inventory.close())

  /** A new SKU with units in two warehouses of the test. */
  const stocked = async (east: number, west = 0): Promise<string> => {
    const sku = `RES-${++sequence}`
    await makePlaces(inventory.db, [sku], ['RW-1', 'RW-2'])
    const places = [
      { sku, warehouse: 'RW-1', qty: east },
      { sku, warehouse: 'RW-2', qty: west },
    ]
    await stock(
      inventory.db,
      places.filter(({ qty }) => qty > 0),
    )
    return sku
  }
  const level = async (sku: string) => (await inventory.account().call('get_stock', { skus: [sku] })).body.items[0]
  const reserve = (args: Record<string, unknown>) => inventory.account().call('reserve_stock', args)
  const letExpire = (orderRef: string) =>
    sql`update reservation set expires_at = now() - interval '1 second' where order_ref = ${orderRef}`.execute(
      inventory.db,
    )

  it('gives 500 parallel buyers at two replicas exactly the 100 units there are', async () => {
    const sku = await stocked(100)
    const doors = [inventory.account(), inventory.account('staff-ops', 'wms:reserve', await inventory.replica())]
    const answers = await Promise.all(
      Array.from({ length: 500 }, (_, buyer) =>
        doors[buyer % 2]?.call('reserve_stock', { order_ref: `race-${buyer}`, lines: [{ sku, qty: 1 }] }),
      ),
    )
    const reserved = answers.filter((answer) => answer?.status === 200)
    const refused = answers.filter((answer) => answer?.body.code === 'insufficient_stock')
    assert.deepEqual([reserved.length, refused.length], [100, 400])
    const { reserved: units, available, on_hand } = await level(sku)
    assert.deepEqual({ units, available, on_hand }, { units: 100, available: 0, on_hand: 100 })
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('never promises a unit twice when orders of several SKUs cross', async () => {
    const skus = [await stocked(40), await stocked(40), await stocked(40)]
    const answers = await Promise.all(
      Array.from({ length: 120 }, (_, buyer) => {
        const lines = [0, 1].map((offset) => ({ sku: skus[(buyer + offset) % 3], qty: 1 + (buyer % 2) }))
        return reserve({ order_ref: `cross-${buyer}`, lines: buyer % 4 < 2 ? lines : lines.reverse() })
      }),
    )
    const granted = answers.filter(({ status }) => status === 200)
    const units = granted.flatMap(({ body }) => body.reservations).reduce((sum, { qty }) => sum + qty, 0)
    const levels = await Promise.all(skus.map(level))
    assert.equal(
      levels.reduce((sum, { reserved }) => sum + reserved, 0),
      units,
    )
    assert.ok(answers.every(({ status, body }) => status === 200 || body.code === 'insufficient_stock'))
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('needs the stock of both lines when two lines name one SKU', async () => {
    const sku = await stocked(10)
    const lines = [
      { sku, qty: 6 },
      { sku, qty: 6 },
    ]
    const { status, body } = await reserve({ order_ref: 'twice', lines })
    assert.equal(status, 409)
    assert.deepEqual(body.details.lines, [{ sku, requested: 12, available: 10, available_in_one_warehouse: 10 }])
    assert.equal((await level(sku)).reserved, 0)
  })

  it('reserves all lines or none', async () => {
    const [plenty, scarce] = [await stocked(10), await stocked(1)]
    const lines = [
      { sku: plenty, qty: 2 },
      { sku: scarce, qty: 2 },
    ]
    assert.equal((await reserve({ order_ref: 'all-or-none', lines })).body.code, 'insufficient_stock')
    assert.equal((await level(plenty)).reserved, 0)
  })

  it('says which SKU does not exist, and spares the other buyers of the same moment', async () => {
    const sku = await stocked(10)
    const answers = await Promise.all(
      Array.from({ length: 10 }, (_, buyer) =>
        reserve({ order_ref: `typo-${buyer}`, lines: [{ sku: buyer % 2 === 0 ? sku : `${sku}X`, qty: 1 }] }),
      ),
    )
    for (const [buyer, { status, body }] of answers.entries()) {
      if (buyer % 2 === 0) assert.equal(status, 200)
      else assert.deepEqual([body.code, body.details.unknown_skus], ['not_found', [`${sku}X`]])
    }
  })

  it('splits over warehouses only when allowed, and prefers the region of the buyer', async () => {
    const sku = await stocked(5, 5)
    const whole = await reserve({ order_ref: 'whole', lines: [{ sku, qty: 8 }] })
    assert.equal(whole.body.code, 'insufficient_stock')
    assert.deepEqual(whole.body.next_actions[0].arguments, { order_ref: 'whole', allow_split: true })
    const west = await reserve({ order_ref: 'west', lines: [{ sku, qty: 2 }], ship_to: { region: 'west' } })
    assert.deepEqual(
      west.body.reservations.map(({ warehouse }: { warehouse: string }) => warehouse),
      ['RW-2'],
    )
    const split = await reserve({ order_ref: 'split', lines: [{ sku, qty: 8 }], allow_split: true })
    assert.equal(split.body.reservations.length, 2)
    assert.equal((await level(sku)).available, 0)
  })

  it('answers a repeat with the same hold and refuses other quantities for the same order', async () => {
    const sku = await stocked(10)
    const first = await reserve({ order_ref: 'again', lines: [{ sku, qty: 3 }] })
    const repeats = await Promise.all(
      Array.from({ length: 20 }, () => reserve({ order_ref: 'again', lines: [{ sku, qty: 3 }] })),
    )
    for (const { body } of repeats) assert.deepEqual(body.reservations, first.body.reservations)
    const other = await reserve({ order_ref: 'again', lines: [{ sku, qty: 4 }] })
    assert.equal(other.body.code, 'conflict')
    assert.equal((await level(sku)).reserved, 3)
  })

  it('frees an expired hold for the next buyer, and says so to the first', async () => {
    const sku = await stocked(4)
    await reserve({ order_ref: 'slow', lines: [{ sku, qty: 4 }] })
    await letExpire('slow')
    assert.equal((await reserve({ order_ref: 'quick', lines: [{ sku, qty: 4 }] })).status, 200)
    const late = await inventory.account().call('extend_reservation', { order_ref: 'slow' })
    assert.equal(late.body.code, 'invalid_transition')
    assert.deepEqual(late.body.details, { state: 'expired', legal: [] })
    assert.equal(late.body.next_actions[0].tool, 'reserve_stock')
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('sweeps holds whose time is up without anybody asking', async () => {
    const sku = await stocked(4)
    await reserve({ order_ref: 'forgotten', lines: [{ sku, qty: 4 }] })
    await letExpire('forgotten')
    const changes: string[] = []
    const stop = startHousekeeping(inventory.background(changes))
    for (let tries = 0; tries < 100 && (await level(sku)).available < 4; tries++) await setTimeout(50)
    await stop()
    assert.equal((await level(sku)).available, 4)
    assert.ok(changes.includes(`inventory://sku/${sku}`), 'subscribers hear of it')
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('prolongs a hold and never shortens one', async () => {
    const sku = await stocked(4)
    const long = await reserve({ order_ref: 'long', lines: [{ sku, qty: 1 }], ttl_s: 3_600 })
    const kept = await inventory.account().call('extend_reservation', { order_ref: 'long' })
    assert.equal(kept.body.expires_at, long.body.expires_at)
    const short = await reserve({ order_ref: 'short', lines: [{ sku, qty: 1 }], ttl_s: 60 })
    const prolonged = await inventory.account().call('extend_reservation', { order_ref: 'short' })
    assert.ok(prolonged.body.expires_at > short.body.expires_at)
  })

  it('releases by units, once', async () => {
    const sku = await stocked(9, 9)
    await reserve({ order_ref: 'gone', lines: [{ sku, qty: 12 }], allow_split: true })
    await reserve({ order_ref: 'stays', lines: [{ sku, qty: 2 }] })
    const releases = await Promise.all(
      Array.from({ length: 10 }, () => inventory.account().once('release_reservation', { order_ref: 'gone' })),
    )
    for (const { body } of releases) assert.equal(body.state, 'released')
    const { reserved, available } = await level(sku)
    assert.deepEqual({ reserved, available }, { reserved: 2, available: 16 })
    const unknown = await inventory.account().once('release_reservation', { order_ref: 'never' })
    assert.equal(unknown.body.code, 'not_found')
  })
})
