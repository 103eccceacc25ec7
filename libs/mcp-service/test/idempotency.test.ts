import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import fc from 'fast-check'
import pg from 'pg'
import { call, post, send, type ToolAnswer } from './ledger-service/client.ts'
import { gateOf } from './ledger-service/gates.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

const balanceOf = async (account: string): Promise<number> =>
  (await call(ledger, 'get_balance', { account })).structuredContent.balance

const codeOf = ({ isError, structuredContent }: ToolAnswer) => (isError ? structuredContent.code : 'done')

describe('a retry with the same key', () => {
  test('gets the stored answer, marked as replayed, over MCP', async () => {
    const args = { account: 'replay', amount: 5, idempotency_key: 'once' }
    const first = await call(ledger, 'post', args)
    await call(ledger, 'post', { ...args, idempotency_key: 'another' })
    const retry = await call({ ...ledger, id: 'a new request id' }, 'post', args)
    assert.deepEqual(retry.structuredContent, first.structuredContent)
    assert.equal(retry._meta?.replayed, true)
    assert.equal(first._meta?.replayed, undefined)
    assert.equal(await balanceOf('replay'), 10)
  })

  test('may name the key in _meta', async () => {
    const options = { ...ledger, meta: { 'idempotency-key': 'in-meta' } }
    await call(options, 'post', { account: 'meta', amount: 5 })
    const retry = await call({ ...options, era: 'legacy' }, 'post', { account: 'meta', amount: 5 })
    assert.equal(retry._meta?.replayed, true)
    assert.equal(await balanceOf('meta'), 5)
  })

  test('may name the key in the REST header', async () => {
    const options = { ...ledger, headers: { 'idempotency-key': 'in-header' } }
    const first = await post(options, 'post', { account: 'header', amount: 5 })
    const retry = await post(options, 'post', { account: 'header', amount: 5 })
    assert.equal(first.headers.get('idempotent-replayed'), null)
    assert.equal(retry.headers.get('idempotent-replayed'), 'true')
    assert.deepEqual(retry.body, first.body)
    assert.equal(await balanceOf('header'), 5)
  })

  test('is the same call whatever front it comes through', async () => {
    const args = { account: 'fronts', amount: 5, idempotency_key: 'fronts' }
    await call(ledger, 'post', args)
    assert.equal((await post(ledger, 'post', args)).headers.get('idempotent-replayed'), 'true')
    assert.equal((await call({ ...ledger, era: 'legacy' }, 'post', args))._meta?.replayed, true)
    assert.equal(await balanceOf('fronts'), 5)
  })

  test('is refused for other arguments, whose order does not matter', async () => {
    await call(ledger, 'post', { account: 'conflict', amount: 5, idempotency_key: 'taken' })
    const other = await call(ledger, 'post', { account: 'conflict', amount: 6, idempotency_key: 'taken' })
    assert.equal(codeOf(other), 'idempotency_conflict')
    const reordered = await call(ledger, 'post', { idempotency_key: 'taken', amount: 5, account: 'conflict' })
    assert.equal(reordered._meta?.replayed, true)
    assert.equal(await balanceOf('conflict'), 5)
  })

  test('runs again after a business error, which leaves no row', async () => {
    const args = { account: 'undone', amount: 0, idempotency_key: 'zero' }
    assert.equal(codeOf(await call(ledger, 'post', args)), 'invalid_argument')
    assert.equal(codeOf(await call(ledger, 'post', args)), 'invalid_argument')
    const rows = await ledger.db.selectFrom('idempotency').where('key', '=', 'zero').selectAll().execute()
    assert.deepEqual(rows, [])
    assert.equal(codeOf(await call(ledger, 'post', { ...args, amount: 3 })), 'done')
  })

  test('is another call when another principal or another tool uses the key', async () => {
    const args = { account: 'principals', amount: 5, idempotency_key: 'shared' }
    const other = await ledger.authority.sign({ sub: 'staff-warehouse', scope: 'wms:adjust' })
    await call(ledger, 'post', args)
    assert.equal((await call({ ...ledger, token: other }, 'post', args))._meta?.replayed, undefined)
    assert.equal((await call(ledger, 'post_batched', args))._meta?.replayed, undefined)
    assert.equal(await balanceOf('principals'), 15)
  })

  test('needs the scope as the first call did', async () => {
    const args = { account: 'scope', amount: 5, idempotency_key: 'scoped' }
    await call(ledger, 'post', args)
    const token = await ledger.authority.sign({ scope: 'wms:read' })
    assert.equal((await send({ ...ledger, token }, 'tools/call', { name: 'post', arguments: args })).status, 403)
    assert.equal((await post({ ...ledger, token }, 'post', args)).body.code, 'forbidden_scope')
  })
})

describe('without a key', () => {
  test('a write asks for one, and for a usable one', async () => {
    const missing = await call(ledger, 'post', { account: 'keyless', amount: 5 })
    assert.equal(codeOf(missing), 'idempotency_key_required')
    for (const key of ['', 'x'.repeat(256)]) {
      const args = { account: 'keyless', amount: 5 }
      assert.equal(codeOf(await call(ledger, 'post', { ...args, idempotency_key: key })), 'invalid_argument')
      const options = { ...ledger, meta: { 'idempotency-key': key } }
      assert.equal(codeOf(await call(options, 'post', args)), 'invalid_argument')
    }
    assert.equal(await balanceOf('keyless'), 0)
  })

  test('a quick repeat of a suspicious tool is not done again unless it is meant', async () => {
    const first = await call(ledger, 'order', { account: 'suspicious' })
    const repeat = await call(ledger, 'order', { account: 'suspicious' })
    assert.equal(codeOf(repeat), 'conflict')
    assert.deepEqual(repeat.structuredContent.details.possible_duplicate_of, first.structuredContent)
    assert.equal(codeOf(await call(ledger, 'order', { account: 'suspicious', force_new: true })), 'done')
    assert.equal(codeOf(await call(ledger, 'order', { account: 'unlike the first' })), 'done')
    assert.equal(await balanceOf('suspicious'), 20)
  })

  test('a suspicious tool runs again once the window has passed', async () => {
    await call(ledger, 'order', { account: 'patient' })
    await ledger.db
      .updateTable('idempotency')
      .where('operation', '=', 'order')
      .set({ created_at: new Date(Date.now() - 61_000) })
      .execute()
    assert.equal(codeOf(await call(ledger, 'order', { account: 'patient' })), 'done')
    assert.equal(await balanceOf('patient'), 20)
  })

  test('an additive tool adds each time', async () => {
    await call(ledger, 'post_batched', { account: 'additive', amount: 5 })
    await call(ledger, 'post_batched', { account: 'additive', amount: 5 })
    assert.equal(await balanceOf('additive'), 10)
  })
})

test('a key whose time is over may be used again', async () => {
  const args = { account: 'expired', amount: 5, idempotency_key: 'expired' }
  await call(ledger, 'post', args)
  await ledger.db
    .updateTable('idempotency')
    .where('key', '=', 'expired')
    .set({ expires_at: new Date(0) })
    .execute()
  assert.equal((await call(ledger, 'post', args))._meta?.replayed, undefined)
  assert.equal(await balanceOf('expired'), 10)
})

test('a retry of a call that is still running is told so', async () => {
  const args = { account: 'running', gate: 'running', idempotency_key: 'running' }
  const first = call(ledger, 'hold_and_post', args)
  await gateOf('running').entered
  const retry = await post(ledger, 'hold_and_post', args)
  assert.equal(retry.body.code, 'idempotency_in_flight')
  assert.equal(retry.status, 409)
  assert.ok(Number(retry.headers.get('retry-after')) >= 1)
  gateOf('running').open()
  assert.equal(codeOf(await first), 'done')
  assert.equal((await call(ledger, 'hold_and_post', args))._meta?.replayed, true)
  assert.equal(await balanceOf('running'), 1)
})

describe('fifty calls at once with the same key', () => {
  test('have one effect, and each gets its result or is told to ask again', async () => {
    const args = { account: 'crowd', amount: 5, idempotency_key: 'crowd' }
    const answers = await Promise.all(Array.from({ length: 50 }, () => call(ledger, 'post', args)))
    for (const answer of answers) {
      if (codeOf(answer) === 'done') assert.equal(answer.structuredContent.balance, 5)
      else assert.equal(codeOf(answer), 'idempotency_in_flight')
    }
    assert.ok(answers.some((answer) => codeOf(answer) === 'done'))
    assert.equal(await balanceOf('crowd'), 5)
  })

  test('are never refused because of their own effect', async () => {
    const codes = new Set<string>()
    for (let round = 0; round < 8; round++) {
      const args = { account: `opened-${round}`, idempotency_key: `open-${round}` }
      const answers = await Promise.all(Array.from({ length: 50 }, () => call(ledger, 'open_account', args)))
      for (const answer of answers) codes.add(codeOf(answer))
    }
    codes.delete('idempotency_in_flight')
    assert.deepEqual([...codes], ['done'])
  })
})

test('a connection that dies before commit leaves nothing, and the retry acts once', async () => {
  const args = { account: 'crash', gate: 'crash', idempotency_key: 'crash' }
  const first = call(ledger, 'hold_and_post', args)
  await gateOf('crash').entered
  await terminateOpenTransactions(ledger.ownerUrl)
  gateOf('crash').open()
  const answer = await first
  assert.equal(codeOf(answer), 'unavailable')
  assert.equal(answer.structuredContent.retryable, true)
  assert.equal(await balanceOf('crash'), 0)
  const retry = await call(ledger, 'hold_and_post', args)
  assert.equal(codeOf(retry), 'done')
  assert.equal(retry._meta?.replayed, undefined)
  assert.equal(await balanceOf('crash'), 1)
})

test('connections that die at random lose and double nothing that was acknowledged', async () => {
  let killing = true
  const killer = (async () => {
    while (killing) {
      await terminateOpenTransactions(ledger.ownerUrl)
      await new Promise((resolve) => setTimeout(resolve, 5))
    }
  })()
  const intents = Array.from({ length: 60 }, (_, index) => ({
    account: 'chaos',
    amount: 1,
    idempotency_key: `c${index}`,
  }))
  await Promise.all(intents.map((args) => untilDone(args)))
  killing = false
  await killer
  assert.equal(await balanceOf('chaos'), intents.length)
})

async function untilDone(args: Record<string, unknown>): Promise<void> {
  for (let attempt = 1; attempt <= 200; attempt++) {
    if (codeOf(await call(ledger, 'post', args)) === 'done') return
    await new Promise((resolve) => setTimeout(resolve, 10))
  }
  throw new Error('200 retries were not enough')
}

async function terminateOpenTransactions(ownerUrl: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  await client.query(`
    select pg_terminate_backend(pid) from pg_stat_activity
    where datname = current_database() and usename = 'wms' and state like 'idle in transaction%'`)
  await client.end()
}

test('any history of calls and retries leaves one effect for each distinct intent that was acknowledged', async () => {
  const step = fc.record({
    key: fc.constantFrom('a', 'b', 'c', 'd'),
    amount: fc.constantFrom(0, 1, 10),
    tool: fc.constantFrom('post', 'post_batched'),
    together: fc.integer({ min: 1, max: 3 }),
  })
  await fc.assert(
    fc.asyncProperty(fc.array(step, { maxLength: 8 }), async (history) => {
      const account = randomUUID()
      const acknowledged = new Map<string, number>()
      for (const { key, amount, tool, together } of history) {
        const args = { account, amount, idempotency_key: `${account} ${key}` }
        const answers = await Promise.all(Array.from({ length: together }, () => call(ledger, tool, args)))
        if (answers.some((answer) => codeOf(answer) === 'done')) acknowledged.set(`${tool} ${key}`, amount)
      }
      const sum = [...acknowledged.values()].reduce((total, amount) => total + amount, 0)
      assert.equal(await balanceOf(account), sum)
    }),
    { numRuns: 40 },
  )
})
