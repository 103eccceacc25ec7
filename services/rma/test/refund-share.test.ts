import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { divide, restockingFee, shareOfUnits } from '../src/refund-share.ts'

const paid = fc.record({ qty: fc.integer({ min: 1, max: 50 }), minor: fc.integer({ min: 0, max: 1_000_000 }) })

describe('what units of a line are worth', () => {
  it('is never more than was paid, grows with the units, and is all of it for all of them', () => {
    fc.assert(
      fc.property(paid, ({ qty, minor }) => {
        const line = { drawnQty: qty, drawnMinor: minor, unitMinor: Math.floor(minor / qty) }
        const shares = Array.from({ length: qty + 1 }, (_, units) => shareOfUnits(line, units))
        assert.equal(shares[0], 0)
        assert.equal(shares[qty], minor)
        for (const [units, share] of shares.entries()) assert.ok(share >= (shares[units - 1] ?? 0) && share <= minor)
      }),
    )
  })

  it('adds up to the line however it is returned', () => {
    fc.assert(
      fc.property(paid, fc.array(fc.integer({ min: 1, max: 10 })), ({ qty, minor }, wishes) => {
        const unitMinor = Math.floor(minor / qty)
        let [units, money] = [qty, minor]
        for (const wish of [...wishes, qty]) {
          const drawnQty = Math.min(wish, units)
          if (drawnQty === 0) continue
          // As the orders server draws: whoever takes the last units takes what is left.
          const drawnMinor = drawnQty === units ? money : drawnQty * unitMinor
          units -= drawnQty
          money -= shareOfUnits({ drawnQty, drawnMinor, unitMinor }, drawnQty)
        }
        assert.deepEqual([units, money], [0, 0])
      }),
    )
  })

  it('keeps a fee that is never more than its part, and never rounded against the customer', () => {
    fc.assert(
      fc.property(fc.nat(1_000_000), fc.integer({ min: 0, max: 10_000 }), (minor, restockingBp) => {
        const fee = restockingFee(minor, { restockingBp })
        assert.ok(fee * 10_000 <= minor * restockingBp && (fee + 1) * 10_000 > minor * restockingBp)
      }),
    )
  })

  it('is divided exactly, and no line gets more than it is worth', () => {
    const worth = fc.array(fc.nat(100_000), { minLength: 1, maxLength: 8 })
    fc.assert(
      fc.property(worth, fc.double({ min: 0, max: 1, noNaN: true }), (lines, part) => {
        const total = lines.reduce((sum, each) => sum + each, 0)
        const amount = Math.floor(total * part)
        const parts = divide(amount, lines)
        assert.equal(
          parts.reduce((sum, each) => sum + each, 0),
          amount,
        )
        for (const [index, each] of parts.entries()) assert.ok(each <= (lines[index] ?? 0))
        assert.deepEqual(divide(total, lines), lines)
      }),
    )
  })
})
