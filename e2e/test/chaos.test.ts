import assert from 'node:assert/strict'
import { test } from 'node:test'
import { faultsOf, runChaos } from '../src/chaos/chaos.ts'
import { killsOf, type Victim, victims } from '../src/chaos/kills.ts'
import { stages } from '../src/chaos/stages.ts'

/** `npm run test:chaos` kills every process at every stage. */
const sample: readonly Victim[] = ['oms', 'rma', 'payments']

test('every promise is kept when processes die at any stage of an order', async (t) => {
  const report = await runChaos({ seed: 20, runs: sample.length, customers: 4, victims: sample })
  t.diagnostic(JSON.stringify({ ...report, kills: report.kills.length }))
  assert.deepEqual(faultsOf(report), [])
  assert.deepEqual(report.kills.map(({ victim }) => victim).sort(), [...sample].sort())
  const { cancelled, shipped, returned, claimed } = report.orders
  assert.ok(cancelled > 0 && shipped > 0 && returned > 0 && claimed > 0, JSON.stringify(report.orders))
})

test('a full run covers every pair of process and stage, the same for the same seed', () => {
  const pairs = victims.length * stages.length
  assert.ok(pairs >= 500)
  const names = (seed: number) => killsOf(seed, pairs).map(({ victim, stage }) => `${victim} ${stage.name}`)
  assert.equal(new Set(names(1)).size, pairs)
  assert.deepEqual(names(1), names(1))
  assert.notDeepEqual(names(1), names(2))
})
