import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { claimBack, overdueAdvances } from '../../src/clawback.ts'
import { eventually } from '../returns.ts'
import { allIsRight, oneLine, returns } from './server.ts'

/** Pays an advance once somebody else has agreed. */
async function advanced(rma_number: string, amount_minor: number) {
  const asked = await returns.clerk.call('advance_refund', { rma_number, amount_minor, clawback_days: 10 })
  const { approval_id } = asked.body
  const decided = returns.running.decide(approval_id)
  const resolution = await returns.pending(rma_number)
  await returns.record(rma_number, resolution.resolution_id, { payment_refund_ref: 'rfd_advance' })
  await decided
  const { result } = await eventually(
    async () => (await returns.clerk.call('get_approval', { approval_id })).body,
    ({ result }) => result?.resolution !== undefined,
    'the advance',
  )
  return result
}

describe('an advance refund', () => {
  it('always needs another person', async () => {
    const { rma_number } = await returns.authorised(await oneLine('KIT-1', 2, 1_000), 2)
    const { status, body } = await returns.clerk.call('advance_refund', { rma_number, amount_minor: 1 })
    assert.deepEqual([status, body.status, body.tier], [202, 'pending_approval', 'A2'])
    const byHerself = await returns.running.decide(body.approval_id, { by: 'staff-returns' })
    assert.deepEqual([byHerself.status, byHerself.body.code], [403, 'policy_denied'])
    await assert.rejects(
      returns.db.insertInto('approval_rule').values({ tool: 'advance_refund', up_to_minor: 5, tier: 'A1' }).execute(),
      /advance_refund_needs_another_person/,
    )
  })
})

describe('an advance refund that somebody else agreed to', { concurrency: 4 }, () => {
  it('is part of what is paid in the end, and covered by the goods', async () => {
    const order = await oneLine('KIT-1', 2, 1_001)
    const { rma_number, lines } = await returns.authorised(order, 2)
    const { resolution, rma } = await advanced(rma_number, 700)
    assert.deepEqual([resolution.advance, resolution.clawback.state, rma.status], [true, 'open', 'authorized'])
    assert.equal((await returns.clerk.call('cancel_rma', { rma_number, reason: 'x' })).body.code, 'conflict')
    const [{ rma_line_id: line }] = lines
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 2 }] })
    const looked = (await returns.done('inspect_return', { rma_number, line, qty: 2, grade: 'A' })).rma
    assert.deepEqual([looked.money.advanced_minor, looked.money.ceiling_minor], [700, 301])
    const rest = returns.clerk.call('resolve_return', { rma_number, kind: 'refund' })
    const pending = await returns.pending(rma_number)
    await returns.record(rma_number, pending.resolution_id)
    const { body } = await rest
    assert.equal(body.resolution.amount_minor, 301)
    assert.equal(body.rma.resolutions[0].clawback.state, 'covered')
    const facts = await eventually(
      async () => (await returns.facts(rma_number)).filter(({ type }) => type === 'return.resolving.v1'),
      (told) => told.length === 2,
      'both decisions',
    )
    assert.deepEqual(
      facts.map(({ data }) => [data.amount_minor, data.advance ?? false]),
      [
        [700, true],
        [301, false],
      ],
    )
    await allIsRight()
  })

  it('is owed back as far as the goods are worth less', async () => {
    const { rma_number, lines } = await returns.authorised(await oneLine('KIT-1', 2, 1_000), 2)
    await advanced(rma_number, 900)
    const [{ rma_line_id: line }] = lines
    await returns.done('receive_return', { rma_number, lines: [{ line, qty: 1 }], complete: true })
    const { money } = (await returns.done('inspect_return', { rma_number, line, qty: 1, grade: 'A' })).rma
    assert.deepEqual([money.ceiling_minor, money.owed_back_minor], [0, 400])
    const end = returns.clerk.call('resolve_return', { rma_number, kind: 'refund' })
    await returns.record(rma_number, (await returns.pending(rma_number)).resolution_id)
    const { clawback } = (await end).body.rma.resolutions[0]
    assert.deepEqual([clawback.state, clawback.amount_minor], ['due', 400])
    await allIsRight()
  })

  it('is owed whole when nothing has come by its day', async () => {
    const order = await oneLine('KIT-1', 1, 1_000)
    const { rma_number } = await returns.authorised(order, 1)
    const { resolution } = await advanced(rma_number, 1_000)
    await returns.db
      .updateTable('resolution')
      .set({ clawback_due_at: new Date(Date.now() - 1_000) })
      .where('id', '=', resolution.resolution_id)
      .execute()
    assert.deepEqual(await overdueAdvances(returns.db, 10), [resolution.resolution_id])
    await returns.db.transaction().execute((trx) => claimBack(trx, resolution.resolution_id))
    const { body } = await returns.clerk.call('get_return', { rma_number })
    assert.deepEqual([body.status, body.resolutions[0].clawback.amount_minor], ['expired', 1_000])
    assert.equal(body.fraud_signals[0].kind, 'advance_kept')
    assert.deepEqual(await overdueAdvances(returns.db, 10), [])
    await allIsRight()
  })
})
