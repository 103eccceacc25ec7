import assert from 'node:assert/strict'
import { after, before, test } from 'node:test'
import fc from 'fast-check'
import { call } from './ledger-service/client.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

const entriesOf = (account: string) =>
  ledger.db.selectFrom('entry').where('account', '=', account).select(['amount', 'transaction']).execute()

const add = (account: string, amount: number, idempotency_key?: string) =>
  call(ledger, 'post_batched', { account, amount, ...(idempotency_key ? { idempotency_key } : {}) })

test('calls that arrive together share transactions', async () => {
  await Promise.all(Array.from({ length: 100 }, () => add('shared', 1)))
  const entries = await entriesOf('shared')
  assert.equal(entries.length, 100)
  const transactions = new Set(entries.map(({ transaction }) => transaction)).size
  assert.ok(transactions < 50, `${transactions} transactions for 100 calls`)
})

test('each call gets its own verdict: one refusal undoes no other call', async () => {
  const amounts = Array.from({ length: 30 }, (_, index) => (index % 3 === 0 ? -1 : index))
  const answers = await Promise.all(amounts.map((amount) => add('verdicts', amount)))
  for (const [index, answer] of answers.entries()) {
    const amount = amounts[index] ?? 0
    if (amount < 0) assert.equal(answer.structuredContent.code, 'invalid_argument')
    else assert.deepEqual(answer.structuredContent, { posted: amount })
  }
  assert.equal((await entriesOf('verdicts')).length, 20)
})

test('retries with the same key, in the same batch or a later one, are replays', async () => {
  await add('keyed', 7, 'keyed')
  const answers = await Promise.all(
    Array.from({ length: 20 }, (_, index) => add('keyed', 7, index % 2 ? 'keyed' : 'new')),
  )
  assert.equal(answers.filter((answer) => answer.isError).length, 0)
  assert.equal(answers.filter((answer) => !answer._meta?.replayed).length, 1)
  assert.equal((await entriesOf('keyed')).length, 2)
})

test('a refused call leaves its key free', async () => {
  assert.equal((await add('released', -1, 'released')).structuredContent.code, 'invalid_argument')
  assert.deepEqual((await add('released', 3, 'released')).structuredContent, { posted: 3 })
})

test('every acknowledged call has its audit row', async () => {
  await Promise.all(Array.from({ length: 10 }, () => add('audited', 1)))
  const rows = await ledger.db
    .selectFrom('audit')
    .where('tool', '=', 'post_batched')
    .select(['kind', 'arguments'])
    .execute()
  assert.equal(rows.filter(({ kind, arguments: args }) => kind === 'effect' && args.account === 'audited').length, 10)
})

test('five hundred calls at once add up', async () => {
  const answers = await Promise.all(Array.from({ length: 500 }, (_, index) => add('many', index + 1)))
  assert.ok(answers.every(({ isError }) => !isError))
  const sum = (await entriesOf('many')).reduce((total, { amount }) => total + amount, 0)
  assert.equal(sum, (500 * 501) / 2)
})

test('two servers over one database add up as well, with keys that both see', async () => {
  const other = await ledger.replica()
  await fc.assert(
    fc.asyncProperty(fc.array(fc.tuple(fc.boolean(), fc.nat(5)), { minLength: 1, maxLength: 30 }), async (calls) => {
      const account = `two-${crypto.randomUUID()}`.slice(0, 40)
      const answers = await Promise.all(
        calls.map(([first, key]) =>
          call(first ? ledger : other, 'post_batched', {
            account,
            amount: key + 1,
            idempotency_key: `${account}-${key}`,
          }),
        ),
      )
      const done = new Set(calls.filter((_, index) => !answers[index]?.isError).map(([, key]) => key))
      for (const answer of answers)
        if (answer.isError) assert.equal(answer.structuredContent.code, 'idempotency_in_flight')
      assert.deepEqual((await entriesOf(account)).map(({ amount }) => amount - 1).sort(), [...done].sort())
    }),
    { numRuns: 20 },
  )
})
