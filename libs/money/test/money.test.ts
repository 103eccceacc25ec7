import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { allocate, exponentOf, formatMoney, MoneyFormatError, majorUnits, minorUnits, shareOf } from '../src/index.ts'

const currency = fc.constantFrom('USD', 'EUR', 'JPY', 'KWD', 'CLF')
const amount = fc.integer({ min: -1_000_000_000, max: 1_000_000_000 })

describe('major and minor units', () => {
  it('follow the exponent of the currency', () => {
    assert.deepEqual(
      [minorUnits('10.29', 'USD'), minorUnits(1500, 'USD'), minorUnits(1500, 'JPY'), minorUnits(1.5, 'KWD')],
      [1029, 150_000, 1500, 1500],
    )
    assert.deepEqual(
      [formatMoney(5, 'USD'), formatMoney(500, 'JPY'), formatMoney(-1029, 'USD'), formatMoney(1, 'KWD')],
      ['0.05 USD', '500 JPY', '-10.29 USD', '0.001 KWD'],
    )
    assert.deepEqual([exponentOf('JPY'), exponentOf('KWD'), exponentOf('USD')], [0, 3, 2])
  })

  it('come back unchanged after a round trip, as text and as a number', () => {
    fc.assert(
      fc.property(amount, currency, (minor, code) => {
        const [text] = formatMoney(minor, code).split(' ')
        assert.equal(minorUnits(text ?? '', code), minor)
        assert.equal(minorUnits(majorUnits(minor, code), code), minor)
      }),
    )
  })

  it('refuse what is not exactly an amount', () => {
    for (const wrong of ['', '1,50', '12.345', '1e3', 'NaN', '--1', Number.POSITIVE_INFINITY, 1e21])
      assert.throws(() => minorUnits(wrong, 'USD'), MoneyFormatError, String(wrong))
    assert.throws(() => minorUnits('0.5', 'JPY'), MoneyFormatError)
  })
})

describe('allocation', () => {
  const weights = fc.array(fc.nat(1_000_000), { minLength: 1, maxLength: 40 })

  it('loses and invents no unit, and strays less than one unit from the exact share', () => {
    fc.assert(
      fc.property(amount, weights, (total, shares) => {
        const parts = allocate(total, shares)
        assert.equal(
          parts.reduce((sum, part) => sum + part, 0),
          total,
        )
        const sum = shares.reduce((all, share) => all + share, 0)
        if (sum === 0) return
        for (const [index, part] of parts.entries())
          assert.ok(Math.abs(part - (total * (shares[index] ?? 0)) / sum) < 1 + 1e-6)
      }),
    )
  })

  it('gives the units left over to the largest remainders', () => {
    assert.deepEqual(allocate(100, [1, 1, 1]), [34, 33, 33])
    assert.deepEqual(allocate(10, [55, 25, 20]), [6, 2, 2])
    assert.deepEqual(allocate(5, [0, 0]), [3, 2])
    assert.deepEqual(allocate(-100, [1, 1, 1]), [-34, -33, -33])
    assert.throws(() => allocate(1, []), RangeError)
  })
})

describe('a share of an amount', () => {
  it('rounds half away from zero', () => {
    assert.deepEqual([shareOf(1000, 15, 1000), shareOf(100, 25, 1000), shareOf(-100, 25, 1000)], [15, 3, -3])
  })

  it('is within half a unit of the exact share', () => {
    fc.assert(
      fc.property(amount, fc.nat(10_000), (total, basisPoints) => {
        assert.ok(Math.abs(shareOf(total, basisPoints, 10_000) - (total * basisPoints) / 10_000) <= 0.5 + 1e-6)
      }),
    )
  })
})
