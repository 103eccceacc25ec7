import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { createCircuit } from '../src/access/circuit.ts'

const FAILURES_TO_OPEN = 5
const OPEN_MS = 1_000

test('five failures in a row open it, one trial a second closes it', () => {
  let now = 0
  const circuit = createCircuit(() => now)
  for (let failure = 0; failure < FAILURES_TO_OPEN; failure++) {
    assert.ok(circuit.mayTry())
    circuit.failed()
  }
  assert.ok(!circuit.mayTry())
  now += OPEN_MS
  assert.ok(circuit.mayTry())
  assert.ok(!circuit.mayTry(), 'one trial alone')
  circuit.failed()
  now += OPEN_MS - 1
  assert.ok(!circuit.mayTry())
  now += 1
  assert.ok(circuit.mayTry())
  circuit.answered()
  assert.ok(circuit.mayTry())
  assert.ok(circuit.mayTry())
})

test('it never keeps a server out for longer than a second after its last failure', () => {
  const Step = fc.oneof(
    fc.constant('failed' as const),
    fc.constant('answered' as const),
    fc.constant('try' as const),
    fc.integer({ min: 0, max: 3 * OPEN_MS }),
  )
  fc.assert(
    fc.property(fc.array(Step, { maxLength: 60 }), (steps) => {
      let now = 0
      let inRow = 0
      const circuit = createCircuit(() => now)
      for (const step of steps) {
        if (typeof step === 'number') now += step
        else if (step === 'try') assert.ok(circuit.mayTry() || inRow >= FAILURES_TO_OPEN)
        else {
          circuit[step]()
          inRow = step === 'failed' ? inRow + 1 : 0
        }
      }
      now += OPEN_MS
      assert.ok(circuit.mayTry())
    }),
  )
})
