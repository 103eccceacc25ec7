import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { differences, factsAbout, type Inventory, makePlaces, openInventory, stock } from './inventory.ts'

const LINES = [{ sku: 'TRF-1', qty: 10 }]
const ENDS = { from: 'TW-1', to: 'TW-2' }

describe('transfers between warehouses', () => {
  let inventory: Inventory
  before(async () => {
    inventory = await openInventory({ demo: false })
    await makePlaces(inventory.db, ['TRF-1'], ['TW-1', 'TW-2'])
    await stock(inventory.db, [{ sku: 'TRF-1', warehouse: 'TW-1', qty: 60 }])
    await inventory.db
      .insertInto('approval_limit')
      .values({ tool: 'create_transfer', account: '*', limit_minor: 10_000, currency: 'USD' })
      .execute()
  })
  after(() => inventory.close())

  const floor = () => inventory.account('staff-warehouse')
  const level = async (warehouse: string) => {
    const { body } = await floor().call('get_stock', { skus: ['TRF-1'], warehouse })
    return body.items[0]
  }
  const create = async (): Promise<string> => {
    const { status, body } = await floor().once('create_transfer', { ...ENDS, lines: LINES })
    assert.equal(status, 200, JSON.stringify(body))
    return body.transfer_id
  }
  const arrive = (transfer_id: string, qty: number, more: Record<string, unknown> = {}) =>
    floor().once('receive_transfer', { transfer_id, lines: [{ sku: 'TRF-1', qty }], ...more })

  it('leave one warehouse and arrive at the other, in parts', async () => {
    const before = [await level('TW-1'), await level('TW-2')]
    const id = await create()
    assert.equal((await level('TW-1')).reserved, before[0].reserved + 10)
    const shipped = await Promise.all(
      Array.from({ length: 5 }, () => floor().call('ship_transfer', { transfer_id: id })),
    )
    for (const { body } of shipped) assert.equal(body.status, 'in_transit', JSON.stringify(body))
    assert.equal((await level('TW-1')).on_hand, before[0].on_hand - 10)
    assert.equal((await level('TW-2')).in_transit, before[1].in_transit + 10)
    const first = await floor().once('receive_transfer', {
      transfer_id: id,
      lines: [{ sku: 'TRF-1', qty: 6, damaged: 1 }],
    })
    assert.equal(first.body.status, 'partially_received')
    assert.equal((await arrive(id, 5)).body.code, 'invalid_argument')
    assert.equal((await arrive(id, 4)).body.status, 'received')
    const { available, damaged, in_transit } = await level('TW-2')
    assert.deepEqual([available, damaged, in_transit], [before[1].available + 9, 1, before[1].in_transit])
    assert.equal((await arrive(id, 1)).body.code, 'invalid_transition')
    assert.deepEqual(
      (await factsAbout(inventory.db, id)).map(({ type }) => type),
      ['transfer.shipped.v1', 'transfer.received.v1', 'transfer.received.v1'],
    )
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('count as lost what the last delivery did not bring', async () => {
    const id = await create()
    await floor().call('ship_transfer', { transfer_id: id })
    const { body } = await arrive(id, 7, { final: true })
    assert.equal(body.status, 'received')
    assert.deepEqual([body.lines[0].qty_received, body.lines[0].qty_lost], [7, 3])
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('set apart no more than is available, however many are made at once', async () => {
    const { available } = await level('TW-1')
    const answers = await Promise.all(
      Array.from({ length: 12 }, () => floor().once('create_transfer', { ...ENDS, lines: LINES })),
    )
    const made = answers.filter(({ status }) => status === 200).length
    assert.equal(made, Math.floor(available / 10))
    const refused = answers.find(({ status }) => status !== 200)
    assert.equal(refused?.body.code, 'insufficient_stock')
    assert.deepEqual(await differences(inventory.db), [])
  })

  it('ask whoever sends goods of much worth, and whoever cancels, for a confirmation', async () => {
    await stock(inventory.db, [{ sku: 'TRF-1', warehouse: 'TW-1', qty: 60 }])
    const much = await floor().once('create_transfer', { ...ENDS, lines: [{ sku: 'TRF-1', qty: 50 }] })
    assert.deepEqual([much.body.status, much.body.tier], ['pending_approval', 'A1'])
    const { transfer_id } = (await floor().once('create_transfer', { ...ENDS, lines: [{ sku: 'TRF-1', qty: 1 }] })).body
    const { body } = await floor().call('cancel_transfer', { transfer_id, reason: 'x' })
    assert.deepEqual([body.status, body.tier], ['pending_approval', 'A1'])
  })
})
