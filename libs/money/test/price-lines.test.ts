import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { priceLines } from '../src/price-lines.ts'

const line = fc.record({
  productId: fc.constant('prod-1'),
  sku: fc.constant('SKU-1'),
  name: fc.constant('Thing'),
  quantity: fc.integer({ min: 1, max: 99 }),
  unitPriceMinor: fc.nat(500_000),
})
const terms = fc.record({
  currency: fc.constant('USD'),
  discountMinor: fc.nat(1_000_000),
  shippingMinor: fc.nat(5_000),
  taxRate: fc.nat(30_000),
})

describe('a quote', () => {
  it('divides every amount among the lines without losing a cent', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), terms, (lines, given) => {
        const quote = priceLines(lines, given)
        const sum = (of: (priced: (typeof quote.lines)[number]) => number) =>
          quote.lines.reduce((all, each) => all + of(each), 0)
        assert.equal(
          sum((each) => each.paidMinor),
          quote.totalMinor,
        )
        assert.equal(
          sum((each) => each.discountMinor),
          quote.discountMinor,
        )
        assert.equal(
          sum((each) => each.shippingMinor),
          quote.shippingMinor,
        )
        assert.equal(
          sum((each) => each.taxMinor),
          quote.taxMinor,
        )
        assert.equal(quote.totalMinor, quote.subtotalMinor - quote.discountMinor + quote.shippingMinor + quote.taxMinor)
      }),
    )
  })

  it('never takes more off a line than it costs', () => {
    fc.assert(
      fc.property(fc.array(line, { minLength: 1, maxLength: 20 }), terms, (lines, given) => {
        for (const priced of priceLines(lines, given).lines) {
          assert.ok(priced.discountMinor >= 0 && priced.discountMinor <= priced.quantity * priced.unitPriceMinor)
          assert.ok(priced.paidMinor >= 0)
        }
      }),
    )
  })

  it('taxes the discounted goods and not the shipping', () => {
    const [first, second] = [
      { productId: 'a', sku: 'a', name: 'A', quantity: 3, unitPriceMinor: 333 },
      { productId: 'b', sku: 'b', name: 'B', quantity: 1, unitPriceMinor: 1 },
    ]
    const quote = priceLines([first, second], {
      currency: 'USD',
      discountMinor: 100,
      shippingMinor: 599,
      taxRate: 7_250,
    })
    assert.equal(quote.taxMinor, 65)
    assert.equal(quote.totalMinor, 1000 - 100 + 599 + 65)
  })
})
