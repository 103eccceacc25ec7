import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { DAY_MS } from '@backroom/calendar'
import { closeQuiet } from '../../src/close-settled.ts'
import { identify } from '../../src/recovery.ts'
import { expireUnfiled, raiseAlarms } from '../../src/watch-deadlines.ts'
import { desk, ok } from './shared.ts'

/** A recovery of goods that arrived so many days ago, from a carrier whose contract gives 60 days. */
async function noted(shipmentRef: string, daysAgo: number) {
  const recovery = await identify(desk.db, {
    ...{ claimId: null, shipmentRef, orderId: null, counterpartyKind: 'carrier' as const, counterparty: 'parcelhop' },
    ...{ tracking: null, basis: 'loss' as const, currency: 'USD', expectedMinor: 5_000 },
    eventOn: new Date(Date.now() - daysAgo * DAY_MS),
    actor: 'test',
  })
  assert.ok(recovery)
  return recovery.id
}

const statusOf = async (id: string) =>
  await desk.db.selectFrom('recovery').select(['status', 'alarmed_at']).where('id', '=', id).executeTakeFirstOrThrow()

const inTransaction = (work: typeof raiseAlarms) => desk.db.transaction().execute(work)

describe('deadlines', () => {
  it('are alarmed before they are missed, once, and only then a recovery expires', async () => {
    const [missed, near, far] = [await noted('dl-1', 61), await noted('dl-2', 50), await noted('dl-3', 1)]
    await inTransaction(expireUnfiled)
    assert.equal((await statusOf(missed)).status, 'identified')
    assert.ok((await inTransaction(raiseAlarms)) >= 2)
    assert.equal(await inTransaction(raiseAlarms), 0)
    assert.ok((await statusOf(missed)).alarmed_at && (await statusOf(near)).alarmed_at)
    assert.equal((await statusOf(far)).alarmed_at, null)
    await inTransaction(expireUnfiled)
    assert.equal((await statusOf(missed)).status, 'identified', 'a day is left to file it all the same')
    const yesterday = new Date(Date.now() - 1.1 * DAY_MS)
    await desk.db.updateTable('recovery').set({ alarmed_at: yesterday }).where('id', '=', missed).execute()
    await inTransaction(expireUnfiled)
    assert.equal((await statusOf(missed)).status, 'expired')
    assert.equal((await statusOf(near)).status, 'identified')
    await assert.rejects(
      desk.db.updateTable('recovery').set({ status: 'expired', ended_at: new Date() }).where('id', '=', far).execute(),
      /check constraint/,
    )
  })

  it('are listed with what to do about them, the first first', async () => {
    const id = await noted('dl-4', 58)
    await inTransaction(raiseAlarms)
    const { items } = ok(await desk.account('claims').call('list_claim_deadlines', { within_days: 30 }))
    const due = items.map(({ due_at }: { due_at: string }) => due_at)
    assert.deepEqual(due, [...due].sort())
    const filing = items.find(({ recovery_id }: { recovery_id: string }) => recovery_id === id)
    assert.deepEqual(
      [filing.step, filing.alarmed, filing.overdue, filing.next_tool],
      ['file', true, false, 'file_carrier_claim'],
    )
    assert.ok(filing.days_left === 1 || filing.days_left === 2)
    const steps = new Set(items.map(({ step }: { step: string }) => step))
    assert.ok(steps.has('answer') && steps.has('acknowledge'), [...steps].join())
    const read = await desk.account('claims').mcp('resources/read', { uri: 'claims://deadlines' })
    assert.ok(JSON.parse(read.contents[0].text).items.length > 0)
  })

  it('follow the rule that names the carrier before the general one', async () => {
    const general = await identify(desk.db, {
      ...{ claimId: null, shipmentRef: 'dl-5', orderId: null, counterpartyKind: 'carrier', counterparty: 'nobody' },
      ...{ tracking: null, basis: 'loss', currency: 'USD', expectedMinor: 5_000, actor: 'test' },
      eventOn: new Date('2026-01-31T00:00:00Z'),
    })
    const { due_at } = await desk.db
      .selectFrom('recovery_deadline')
      .select('due_at')
      .where('recovery_id', '=', general?.id ?? '')
      .executeTakeFirstOrThrow()
    assert.equal(due_at.toISOString().slice(0, 10), '2026-10-31')
  })

  it('close what was settled a while ago, unless something is still recovered for it', async () => {
    await desk.db.transaction().execute(closeQuiet)
    const settled = await desk.db.selectFrom('claim').select(['id']).where('status', '=', 'settled').execute()
    assert.ok(settled.length > 0)
    const long = new Date(Date.now() - 15 * DAY_MS)
    await desk.db.updateTable('claim').set({ settled_at: long }).where('status', '=', 'settled').execute()
    await desk.db.transaction().execute(closeQuiet)
    const rest = await desk.db.selectFrom('claim').select('id').where('status', '=', 'settled').execute()
    for (const { id } of rest) {
      const open = await desk.db
        .selectFrom('recovery')
        .select('id')
        .where('claim_id', '=', id)
        .where('ended_at', 'is', null)
        .execute()
      assert.ok(open.length > 0)
    }
  })
})
