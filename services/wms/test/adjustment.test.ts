import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import type { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { adjustStock, quarantineStock, releaseQuarantine } from '../src/adjustment.ts'
import type { Tables } from '../src/database-tables.ts'
import { stockLevels } from '../src/stock-levels.ts'
import { differences, makePlaces, openDatabase, stock } from './inventory.ts'

const place = { sku: 'ADJ-1', warehouse: 'AW-1', actor: 'test' }

describe('corrections of stock', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
    await makePlaces(db, [place.sku], [place.warehouse])
    await stock(db, [{ ...place, qty: 10 }])
  })
  after(() => opened.database.drop())

  const level = async () => {
    const [found] = await stockLevels(db, [place.sku])
    const [here] = found?.warehouses ?? []
    assert.ok(here)
    return here
  }
  const adjust = (delta: number, expectedVersion?: number) =>
    db.transaction().execute((trx) => adjustStock(trx, { ...place, delta, reason: 'lost', expectedVersion }))
  const refusedWith = (code: string) => (error: BusinessError) => error.body.code === code

  it('adds what was found and takes what is gone', async () => {
    assert.equal((await adjust(3)).balance_after, 13)
    assert.equal((await adjust(-3)).balance_after, 10)
    assert.deepEqual(await differences(db), [])
  })

  it('never takes more than is available', async () => {
    await assert.rejects(adjust(-11), refusedWith('insufficient_stock'))
    const outcomes = await Promise.allSettled(Array.from({ length: 8 }, () => adjust(-3)))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 3)
    assert.equal((await level()).available, 1)
    await adjust(9)
  })

  it('refuses a correction of a count that has changed since', async () => {
    const { version } = await level()
    const outcomes = await Promise.allSettled(Array.from({ length: 5 }, () => adjust(-1, version)))
    assert.equal(outcomes.filter(({ status }) => status === 'fulfilled').length, 1)
    await assert.rejects(adjust(-1, version), refusedWith('version_conflict'))
  })

  it('takes units from sale and gives them back, never more than there are', async () => {
    const before = await level()
    const move = (work: typeof quarantineStock, qty: number) =>
      db.transaction().execute((trx) => work(trx, { ...place, qty, reason: 'torn boxes' }))
    await move(quarantineStock, 4)
    const apart = await level()
    assert.deepEqual([apart.available, apart.quarantined, apart.on_hand], [before.available - 4, 4, before.on_hand])
    await assert.rejects(move(quarantineStock, before.available), refusedWith('insufficient_stock'))
    await assert.rejects(move(releaseQuarantine, 5), refusedWith('insufficient_stock'))
    await move(releaseQuarantine, 4)
    assert.equal((await level()).available, before.available)
    assert.deepEqual(await differences(db), [])
  })
})
