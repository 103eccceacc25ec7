import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import { call, post, type ToolAnswer, until } from './ledger-service/client.ts'
import { gateOf } from './ledger-service/gates.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger({ environment: { DATABASE_POOL: '1' } })
})
after(() => ledger.stop())

const countOf = async (): Promise<number> => (await ledger.db.selectFrom('transfer').selectAll().execute()).length

const effectsOf = async (id: string): Promise<number> => {
  const rows = await ledger.db.selectFrom('audit').where('tool', '=', 'transfer').select(['kind', 'outcome']).execute()
  return rows.filter(({ kind, outcome }) => kind === 'effect' && outcome.transfer_id === id).length
}

/** The process that an answer is about, whether it was over in time or not. */
const processOf = ({ structuredContent }: ToolAnswer): string =>
  structuredContent.transfer_id ?? structuredContent.handle

test('a process that ends in time answers the call, and its retry is a replay', async () => {
  const args = { amount: 5, ends: 'well', idempotency_key: 'well' }
  const first = await call(ledger, 'transfer', args)
  const retry = await call(ledger, 'transfer', args)
  assert.equal(first.isError, undefined)
  assert.deepEqual(retry.structuredContent, first.structuredContent)
  assert.equal(retry._meta?.replayed, true)
  assert.equal(await countOf(), 1)
  assert.equal(await effectsOf(first.structuredContent.transfer_id), 1)
})

test('a process that fails releases its key: a retry starts another', async () => {
  const before = await countOf()
  const args = { amount: 5, ends: 'badly', idempotency_key: 'badly' }
  for (let attempt = 0; attempt < 2; attempt++) {
    const answer = await call(ledger, 'transfer', args)
    assert.equal(answer.structuredContent.code, 'conflict')
  }
  assert.equal(await countOf(), before + 2)
})

test('a process whose end is not known keeps its key: a retry joins it', async () => {
  const before = await countOf()
  const args = { amount: 5, ends: 'unseen', idempotency_key: 'unseen' }
  const first = await call(ledger, 'transfer', args)
  assert.equal(first.structuredContent.code, 'unavailable')
  const retry = await call(ledger, 'transfer', args)
  assert.equal(processOf(retry), `transfer-${before}`)
  assert.equal(await countOf(), before + 1)
})

test('the only connection is free while a process is awaited', async () => {
  const id = `transfer-${await countOf()}`
  const waiting = call(ledger, 'transfer', { amount: 5, ends: 'late', idempotency_key: 'free' })
  await gateOf(id).entered
  assert.equal((await call(ledger, 'get_balance', { account: 'a' })).isError, undefined)
  assert.equal((await call(ledger, 'post', { account: 'a', amount: 1, idempotency_key: 'free' })).isError, undefined)
  gateOf(id).open()
  assert.equal(processOf(await waiting), id)
})

test('past its deadline a call answers with the handle, retries join, and the outcome is kept without them', async () => {
  const id = `transfer-${await countOf()}`
  const args = { amount: 5, ends: 'late', idempotency_key: 'late' }
  const first = await call(ledger, 'transfer', args)
  assert.equal(first.isError, undefined)
  assert.deepEqual(first.structuredContent, { status: 'in_progress', handle: id })
  const overRest = await post(ledger, 'transfer', args)
  assert.equal(overRest.status, 202)
  assert.equal(overRest.body.handle, id)
  assert.equal(await countOf(), Number(id.split('-')[1]) + 1)
  gateOf(id).open()
  await until('the outcome is stored', async () => (await effectsOf(id)) > 0)
  const retry = await call(ledger, 'transfer', args)
  assert.deepEqual(retry.structuredContent, { transfer_id: id })
  assert.equal(retry._meta?.replayed, true)
  assert.equal(await effectsOf(id), 1)
})

test('calls that join at once see one process and leave one audit row', async () => {
  const before = await countOf()
  const id = `transfer-${before}`
  const args = { amount: 5, ends: 'late', idempotency_key: 'together' }
  const first = call(ledger, 'transfer', args)
  await gateOf(id).entered
  const others = Array.from({ length: 5 }, () => call(ledger, 'transfer', args))
  gateOf(id).open()
  for (const answer of await Promise.all([first, ...others]))
    assert.ok(answer.structuredContent.code === 'idempotency_in_flight' || processOf(answer) === id)
  await until('the outcome is stored', async () => (await effectsOf(id)) > 0)
  assert.equal(await countOf(), before + 1)
  assert.equal(await effectsOf(id), 1)
})

test('a key of a running process is refused to another request', async () => {
  const args = { amount: 5, ends: 'late', idempotency_key: 'other' }
  await call(ledger, 'transfer', args)
  const other = await call(ledger, 'transfer', { ...args, amount: 6 })
  assert.equal(other.structuredContent.code, 'idempotency_conflict')
})
