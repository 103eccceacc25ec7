import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { demoCustomers, demoProducts, seededRandom } from '../src/index.ts'

describe('the demo assortment', () => {
  it('names every product once by each of its keys', () => {
    for (const key of ['sku', 'productId', 'legacyNo', 'name'] as const)
      assert.equal(new Set(demoProducts.map((product) => product[key])).size, demoProducts.length, key)
    assert.ok(demoProducts.some((product) => product.productId === 'prod-e9075764'))
  })

  it('begins with the eight cat products', () => {
    const cats = demoProducts.filter((product) => product.category === 'Cats')
    assert.deepEqual(
      cats.map((product) => product.legacyNo),
      [1, 2, 3, 4, 5, 6, 7, 8],
    )
  })

  it('has laptops on both sides of 1500, and sells nothing below cost', () => {
    const laptops = demoProducts.filter((product) => product.name.includes('Laptop'))
    assert.ok(laptops.some((laptop) => laptop.priceMinor < 150_000))
    assert.ok(laptops.some((laptop) => laptop.priceMinor > 150_000))
    for (const product of demoProducts) {
      assert.ok(product.costMinor > 0 && product.costMinor < product.priceMinor, product.name)
      assert.ok(product.popularity > 0 && product.popularity <= 1, product.name)
    }
  })

  it('has the ten published accounts', () => {
    assert.deepEqual(demoCustomers.map(({ customerId, email }) => [customerId, email]).slice(0, 2), [
      ['cust-001', 'demo1@example.com'],
      ['cust-002', 'demo2@example.com'],
    ])
    assert.equal(demoCustomers.at(-1)?.customerId, 'cust-010')
  })
})

describe('seeded numbers', () => {
  it('repeat for the same seed and stay within their bounds', () => {
    const [first, second] = [seededRandom(5), seededRandom(5)]
    for (let count = 0; count < 1_000; count++) {
      const value = first.integer(3, 9)
      assert.equal(value, second.integer(3, 9))
      assert.ok(value >= 3 && value <= 9)
    }
  })
})
