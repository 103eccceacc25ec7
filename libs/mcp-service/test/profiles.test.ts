import assert from 'node:assert/strict'
import { after, before, describe, test } from 'node:test'
import { sql } from 'kysely'
import { call } from './ledger-service/client.ts'
import { type Ledger, startLedger } from './ledger-service/start.ts'

let ledger: Ledger
before(async () => {
  ledger = await startLedger()
})
after(() => ledger.stop())

/** Calls through a client of a profile, which has had so many effects by a scope today. */
async function clientWith(client_id: string, profile: string, scope: string, used = 0) {
  if (used > 0)
    await sql`insert into client_usage values (${client_id}, ${scope}, (now() at time zone 'utc')::date, ${used})`.execute(
      ledger.db,
    )
  return { ...ledger, token: await ledger.authority.sign({ client_id, profile, scope }) }
}

const usedBy = async (client_id: string) =>
  (await ledger.db.selectFrom('client_usage').select('count').where('client_id', '=', client_id).executeTakeFirst())
    ?.count

const codesOf = (answers: { structuredContent: Record<string, unknown>; isError?: true }[]) =>
  answers.map(({ isError, structuredContent }) => (isError ? structuredContent.code : 'done')).sort()

describe('what the client of a profile may do in a day', () => {
  test('is counted in the transaction of the effect: of many calls at once, only as many as are left go through', async () => {
    const buying = await clientWith('buyer-1', 'buyer', 'wms:reorder', 298)
    const orders = Array.from({ length: 6 }, (_, n) =>
      call(buying, 'order', { account: `limit-${n}`, idempotency_key: `limit-${n}` }),
    )
    const answers = await Promise.all(orders)
    assert.deepEqual(codesOf(answers), ['done', 'done', ...Array(4).fill('limit_exceeded')])
    assert.equal(await usedBy('buyer-1'), 300)
    const refused = answers.find(({ isError }) => isError)
    assert.match(String(refused?.structuredContent.message), /300 times a day/)
  })

  test('counts calls that share a transaction one by one', async () => {
    const lead = await clientWith('lead-1', 'warehouse-lead', 'wms:adjust', 997)
    const posts = Array.from({ length: 8 }, () => call(lead, 'post_batched', { account: 'shared', amount: 1 }))
    assert.deepEqual(codesOf(await Promise.all(posts)), [...Array(3).fill('done'), ...Array(5).fill('limit_exceeded')])
    assert.equal(await usedBy('lead-1'), 1_000)
  })

  test('does not count what was refused, undone or told a second time', async () => {
    const lead = await clientWith('lead-2', 'warehouse-lead', 'wms:adjust')
    await call(lead, 'post', { account: 'a', amount: 0, idempotency_key: 'undone' })
    assert.equal(await usedBy('lead-2'), undefined)
    for (let time = 1; time <= 3; time++) await call(lead, 'post', { account: 'a', amount: 1, idempotency_key: 'once' })
    assert.equal(await usedBy('lead-2'), 1)
  })

  test('is no matter of a client without a profile, nor of a scope that the profile does not count', async () => {
    const free = { ...ledger, token: await ledger.authority.sign({ client_id: 'free', scope: 'wms:reorder' }) }
    assert.deepEqual(codesOf([await call(free, 'order', { account: 'free', idempotency_key: 'free' })]), ['done'])
    const desk = await clientWith('desk', 'returns-desk', 'wms:reorder')
    assert.deepEqual(codesOf([await call(desk, 'order', { account: 'desk', idempotency_key: 'desk' })]), ['done'])
    assert.equal(await usedBy('free'), undefined)
    assert.equal(await usedBy('desk'), undefined)
  })
})

test('a client whose profile may not ask for so high an approval is refused, not laid before a person', async () => {
  const args = { account: 'a', amount: 500, idempotency_key: 'ceiling' }
  const support = await clientWith('support-1', 'support-agent', 'wms:adjust')
  const refused = await call(support, 'write_off', args)
  assert.equal(refused.structuredContent.code, 'policy_denied')
  assert.deepEqual(refused.structuredContent.details, {
    tier: 'A2',
    scope: 'wms:adjust',
    profile: 'support-agent',
  })
  const small = await call(support, 'write_off', { account: 'a', amount: 5, idempotency_key: 'small' })
  assert.equal(small.structuredContent.written_off, 5)
})
