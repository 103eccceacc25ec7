import assert from 'node:assert/strict'
import { after, before, it } from 'node:test'
import type { TestDatabase } from '@backroom/fleet-testing'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import type { Tables } from '../src/database-tables.ts'
import type { Order } from '../src/order.ts'
import { differencesOf, keepDifferences, readForReconciliation, type StockView } from '../src/reconciliation.ts'
import { lineOf, openDatabase, place } from './orders.ts'

let database: TestDatabase
let db: Kysely<Tables>
let order: Order

before(async () => {
  const opened = await openDatabase()
  database = opened.database
  db = opened.db
  order = await place(db, [lineOf('CAT-1', 3)])
})

after(() => database.drop())

const nothingPaid = {
  payment_id: 'pay_1',
  currency: 'USD',
  authorized_minor: 0,
  captured_minor: 0,
  voided_minor: 0,
  refunded_minor: 0,
}

it('an order that both other domains tell the same of has no differences', async () => {
  const view = await readForReconciliation(db, order)
  assert.deepEqual(differencesOf(view, { stock: undefined, payment: undefined }), [])
  const paid = { ...view, order: { ...order, payment_id: 'pay_1' } }
  assert.deepEqual(differencesOf(paid, { stock: { reservations: [] }, payment: nothingPaid }), [])
})

it('every unit and every amount that differs is named, and nothing else', async () => {
  const view = await readForReconciliation(db, { ...order, payment_id: 'pay_1' })
  const units = fc.record({
    state: fc.constantFrom('allocated', 'picked', 'shipped', 'released', 'expired'),
    qty: fc.integer({ min: 1, max: 9 }),
  })
  const amounts = fc.record({
    authorized_minor: fc.nat(50),
    captured_minor: fc.nat(50),
    voided_minor: fc.nat(50),
    refunded_minor: fc.nat(50),
  })
  fc.assert(
    fc.property(fc.array(units, { maxLength: 5 }), amounts, (rows, money) => {
      const stock: StockView = { reservations: rows.map((row) => ({ sku: 'CAT-1', ...row })) }
      const found = differencesOf(view, { stock, payment: { ...nothingPaid, ...money } })
      const kept = (...states: string[]) =>
        rows.filter(({ state }) => states.includes(state)).reduce((sum, { qty }) => sum + qty, 0)
      const expected = [
        ...(kept('allocated', 'picked') > 0 ? ['stock.to_send CAT-1'] : []),
        ...(kept('shipped') > 0 ? ['stock.shipped CAT-1'] : []),
        ...Object.entries(money).flatMap(([name, minor]) => (minor > 0 ? [`payment.${name}`] : [])),
      ]
      assert.deepEqual(found.map(({ subject }) => subject).sort(), expected.sort())
    }),
  )
})

it('what the last comparison found takes the place of what an earlier one did, and keeps the day it was found', async () => {
  const rows = () =>
    db.selectFrom('order_difference').selectAll().where('order_id', '=', order.id).orderBy('subject').execute()
  await keepDifferences(db, order.id, [
    { subject: 'a', expected: '1', actual: '2' },
    { subject: 'b', expected: '1', actual: '0' },
  ])
  const [first] = await rows()
  await keepDifferences(db, order.id, [{ subject: 'a', expected: '1', actual: '3' }])
  const now = await rows()
  assert.deepEqual(
    now.map(({ subject, actual }) => [subject, actual]),
    [['a', '3']],
  )
  assert.deepEqual(now[0]?.found_at, first?.found_at)
  await keepDifferences(db, order.id, [])
  assert.deepEqual(await rows(), [])
})
