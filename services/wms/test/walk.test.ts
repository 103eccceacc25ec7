import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { serpentine } from '../src/walk.ts'

const stop = fc.record({ aisle: fc.integer({ min: 1, max: 5 }), pickSeq: fc.nat(50) })

describe('the walk through a warehouse', () => {
  it('visits every stop once, aisle by aisle, up one and down the next', () => {
    fc.assert(
      fc.property(fc.array(stop, { maxLength: 40 }), (stops) => {
        const walk = serpentine(stops, (one) => one)
        assert.equal(new Set(walk).size, stops.length)
        const aisles = [...Map.groupBy(walk, ({ aisle }) => aisle)]
        assert.deepEqual(
          walk.map(({ aisle }) => aisle),
          stops.map(({ aisle }) => aisle).sort((a, b) => a - b),
        )
        for (const [index, [, own]] of aisles.entries())
          for (const [place, { pickSeq }] of own.entries()) {
            const next = own[place + 1]?.pickSeq ?? pickSeq
            assert.ok(index % 2 === 0 ? next >= pickSeq : next <= pickSeq)
          }
      }),
    )
  })
})
