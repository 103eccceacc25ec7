import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, test } from 'node:test'
import { startFleet, type TestFleet } from '@backroom/fleet-testing'
import type { ApprovalView } from '@backroom/mcp-service/approval-contract'
import pg from 'pg'
import { deliver, type Said, signedDecision } from '../src/approvals/signed-decision.ts'
import { plainCalls } from '../src/plain-calls.ts'
import { until } from '../src/until.ts'

const REQUESTS = 1_000
const AT_ONCE = 16
/** Requests that are heard between two kills. */
const KILL_EVERY = 125
const PAGE = 100

// Two approvers and the clock race for every request while the server that keeps them is killed again and again.

let fleet: TestFleet
let pool: pg.Pool
let buyer: string
before(async () => {
  const environment = { RATE_LIMIT_PER_MINUTE: '0', CALLS_PER_MINUTE: '1000000', LOG_LEVEL: 'error' }
  fleet = await startFleet({ only: ['gateway', 'auth', 'wms'], environment })
  pool = new pg.Pool({ connectionString: fleet.databaseUrl('wms'), max: 4, options: '-c search_path=wms' })
  pool.on('error', () => undefined)
  buyer = await fleet.token('buyer', 'wms')
})
after(async () => {
  await pool?.end()
  await fleet?.stop()
})

test(`${REQUESTS} requests, raced by two approvers and their expiry under kill -9, end once, and none is lost`, async (t) => {
  const calls = plainCalls(fleet.publicUrl)
  const numbers = Array.from({ length: REQUESTS }, (_, number) => number)
  await inTurn(numbers, async (number) => {
    const wish = { sku: 'CAT-1004', quantity: 1, warehouse: 'WH-2', note: `race-${number}` }
    const { status, body } = await calls.tool('wms', buyer, 'create_reorder', wish, randomUUID())
    assert.equal(status, 202, JSON.stringify(body))
  })
  const requests = await pendingOf(calls)
  assert.equal(requests.length, REQUESTS)

  const kills = await killWhile(async (heard) => {
    await inTurn(requests, async (approval, number) => {
      const second = number % 3 === 0 ? 'reject' : 'approve'
      await Promise.all([
        insist(approval, { approver: 'staff-approver1', verdict: 'approve' }),
        insist(approval, { approver: 'staff-approver2', verdict: second }),
        ...(number % 4 === 0 ? [expire(approval.approval_id)] : []),
      ])
      heard()
    })
  })
  assert.ok(kills > 0)

  const { rows: ended } = await pool.query<{ status: string; count: number }>(
    'select status, count(*)::int as count from approval_request group by status order by status',
  )
  t.diagnostic(`${kills} kills; ${ended.map(({ status, count }) => `${count} ${status}`).join(', ')}`)
  assert.equal(
    ended.reduce((sum, { count }) => sum + count, 0),
    REQUESTS,
    'none is lost',
  )
  assert.ok(
    ended.every(({ status }) => ['executed', 'rejected', 'expired'].includes(status)),
    JSON.stringify(ended),
  )
  const { rows: wrong } = await pool.query(`
    select r.id, r.status, count(p.id)::int as effects
    from approval_request r left join purchase_order p on p.note = r.arguments->>'note'
    group by r.id, r.status having count(p.id) <> case r.status when 'executed' then 1 else 0 end`)
  assert.deepEqual(wrong, [], 'each has its effect exactly when it was executed, and once')
  const { rows: unheard } = await pool.query(`
    select r.id from approval_request r
    where r.status = 'executed' and 1 <> (
      select count(*) from audit a where a.approval_id = r.id and a.kind = 'effect')`)
  assert.deepEqual(unheard, [], 'each effect has its row in the trail')

  const auditor = await fleet.token('auditor', 'wms', 'wms:audit')
  await until('the trail is sealed', async () => {
    const { body } = await calls.tool('wms', auditor, 'verify_audit')
    return body.intact === true
  })
})

async function pendingOf(calls: ReturnType<typeof plainCalls>): Promise<ApprovalView[]> {
  const all: ApprovalView[] = []
  let cursor: string | undefined
  do {
    const { body } = await calls.tool('wms', buyer, 'list_approvals', { limit: PAGE, ...(cursor ? { cursor } : {}) })
    all.push(...body.items)
    cursor = body.next_cursor
  } while (cursor)
  return all
}

/** Says it until the domain has heard it, whatever it answers then. */
async function insist(approval: ApprovalView, said: Omit<Said, 'scopesNow'>): Promise<void> {
  await until(
    `${approval.approval_id} is heard`,
    async () => {
      const statement = await signedDecision(fleet, 'wms', approval, {
        ...said,
        scopesNow: ['wms:read', 'wms:reorder'],
      })
      const answer = await deliver(fleet, 'wms', approval.approval_id, statement)
      return answer !== undefined && answer.status < 500
    },
    { limitMs: 60_000, everyMs: 100 },
  )
}

/** What the timer of the server does to a request whose time has passed. */
async function expire(id: string): Promise<void> {
  await pool.query(
    `update approval_request set status = 'expired', ended_at = now() where id = $1 and status = 'pending'`,
    [id],
  )
}

async function inTurn<Item>(items: readonly Item[], work: (item: Item, index: number) => Promise<void>): Promise<void> {
  let next = 0
  const worker = async () => {
    for (let index = next++; index < items.length; index = next++) await work(items[index] as Item, index)
  }
  await Promise.all(Array.from({ length: AT_ONCE }, worker))
}

/** Kills the inventory server again and again, as the work gets on; answers how often. */
async function killWhile(work: (heard: () => void) => Promise<void>): Promise<number> {
  let kills = 0
  let count = 0
  await work(() => {
    count++
    if (count % KILL_EVERY !== 0) return
    fleet.kill('wms')
    kills++
  })
  return kills
}
