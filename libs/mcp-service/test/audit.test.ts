import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { call, post, send, until } from './ledger-service/client.ts'
import { gateOf } from './ledger-service/gates.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

const rowsOf = (clientId: string) =>
  ledger.db.selectFrom('audit').where('client_id', '=', clientId).orderBy('id').selectAll().execute()

/** A token of a client of its own, so that a test sees its own rows alone. */
const tokenOf = (client_id: string, scope = 'wms:adjust') => ledger.authority.sign({ client_id, scope })

/** Rows of refusals are written after the answer. */
async function rowsOnceThere(clientId: string, count: number) {
  await until(`${count} rows are there`, async () => (await rowsOf(clientId)).length >= count)
  return rowsOf(clientId)
}

describe('the trail', () => {
  test('says of an effect who did what, for whom, in which grant and trace, and what came of it', async () => {
    const token = await tokenOf('effects')
    const trace = '0af7651916cd43dd8448eb211c80319c'
    const headers = { traceparent: `00-${trace}-b7ad6b7169203331-01`, 'x-request-id': 'request-of-the-test' }
    await call({ ...ledger, token, headers }, 'post', { account: 'trail', amount: 5, idempotency_key: 'trail' })
    const [row, ...more] = await rowsOf('effects')
    assert.ok(row && more.length === 0)
    assert.equal(row.kind, 'effect')
    assert.equal(row.subject, 'staff-ops')
    assert.equal(row.actor, null)
    assert.equal(row.grant_id, 'grant-1')
    assert.equal(row.tool, 'post')
    assert.equal(row.trace_id, trace)
    assert.equal(row.request_id, 'request-of-the-test')
    assert.deepEqual(row.arguments, { account: 'trail', amount: 5, idempotency_key: 'trail' })
    assert.deepEqual(row.outcome, { balance: 5 })
    assert.equal(row.arguments_digest.length, 32)
  })

  test('has no row of an effect that is not committed, and none more for a replay', async () => {
    const options = { ...ledger, token: await tokenOf('atomic') }
    const args = { account: 'atomic', gate: 'atomic', idempotency_key: 'atomic' }
    const running = call(options, 'hold_and_post', args)
    await gateOf('atomic').entered
    assert.deepEqual(await rowsOf('atomic'), [])
    gateOf('atomic').open()
    await running
    await call(options, 'hold_and_post', args)
    assert.equal((await rowsOf('atomic')).length, 1)
  })

  test('has no row of a read', async () => {
    await call({ ...ledger, token: await tokenOf('reader') }, 'get_balance', { account: 'a' })
    assert.deepEqual(await rowsOf('reader'), [])
  })

  test('has a row of each refusal, of each write that failed and of each that waits for a person', async () => {
    const token = await tokenOf('refused')
    const options = { ...ledger, token }
    await call(options, 'write_off', { account: 'a', amount: 500, idempotency_key: 'big' })
    await call(options, 'post', { account: 'a', amount: 0, idempotency_key: 'zero' })
    await call(options, 'post', { account: 'a', amount: 'five' })
    await post(options, 'order', { account: 'a' })
    await send(options, 'tools/call', { name: 'order', arguments: { account: 'a' } })
    const rows = await rowsOnceThere('refused', 5)
    assert.deepEqual(rows.map(({ kind, tool, outcome }) => [kind, tool, outcome.code]).sort(), [
      ['failure', 'post', 'invalid_argument'],
      ['failure', 'post', 'invalid_argument'],
      ['refusal', 'order', 'forbidden_scope'],
      ['refusal', 'order', 'forbidden_scope'],
      ['request', 'write_off', undefined],
    ])
  })

  test('takes at most ten refusals a second from one client, and goes on with the others', async () => {
    const started = Math.floor(Date.now() / 1_000)
    const token = await tokenOf('loop', 'wms:read')
    await Promise.all(Array.from({ length: 60 }, () => post({ ...ledger, token }, 'post', { account: 'a', amount: 1 })))
    const seconds = Math.floor(Date.now() / 1_000) - started + 1
    await post({ ...ledger, token: await tokenOf('other', 'wms:read') }, 'post', { account: 'a', amount: 1 })
    await rowsOnceThere('other', 1)
    const rows = await rowsOnceThere('loop', 10)
    assert.ok(rows.length <= 10 * seconds, `${rows.length} rows in ${seconds} s`)
  })

  test('holds no secret, of arguments or result, however deep', async () => {
    const options = { ...ledger, token: await tokenOf('secrets') }
    const args = { account: 'a', card_number: '4111111111111111', owner: { password: 'hunter2', name: 'Ada' } }
    const paid = await call(options, 'pay', args)
    assert.equal(paid.structuredContent.access_token, 'secret-of-the-result')
    const [row] = await rowsOf('secrets')
    assert.ok(row)
    assert.doesNotMatch(JSON.stringify(row), /4111111111111111|hunter2|secret-of-the-result/)
    assert.equal(row.arguments.owner.name, 'Ada')
    assert.equal(row.outcome.receipt, 'receipt of a')
  })
})

describe('the service itself', () => {
  const denied = { code: '42501' }

  test('can neither write, change nor remove rows of the trail', async () => {
    const { db } = ledger
    await assert.rejects(
      sql`insert into audit (kind, request_id, subject, client_id, tool, arguments_digest, arguments, outcome)
          values ('effect', 'r', 's', 'c', 't', '', '{}', '{}')`.execute(db),
      denied,
    )
    await assert.rejects(sql`update audit set subject = 'someone else'`.execute(db), denied)
    await assert.rejects(sql`delete from audit`.execute(db), denied)
    await assert.rejects(sql`truncate audit`.execute(db), denied)
    await assert.rejects(sql`drop table audit`.execute(db), denied)
    await assert.rejects(sql`alter table audit disable trigger all`.execute(db), denied)
    await assert.rejects(sql`drop function append_audit(jsonb)`.execute(db), denied)
  })

  test('cannot turn the function that appends against it', async () => {
    await assert.rejects(
      sql`create function now() returns timestamptz language sql as 'select null'`.execute(ledger.db),
      denied,
    )
    await assert.rejects(sql`create schema elsewhere`.execute(ledger.db), denied)
  })
})
