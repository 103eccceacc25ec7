import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import fc from 'fast-check'
import { allocate, type FreeStock, sumBySku } from '../src/allocation.ts'

const SKUS = ['a', 'b', 'c']
const WAREHOUSES = ['w1', 'w2', 'w3']

const units = fc.array(fc.nat(20), { minLength: 9, maxLength: 9 })
const lines = fc.array(fc.record({ sku: fc.constantFrom(...SKUS), qty: fc.integer({ min: 1, max: 25 }) }), {
  minLength: 1,
  maxLength: 4,
})

function freeStock(counts: readonly number[]): FreeStock {
  const bySku = SKUS.map(
    (sku, row) => [sku, new Map(WAREHOUSES.map((id, column) => [id, counts[row * 3 + column] ?? 0]))] as const,
  )
  return {
    units: new Map(bySku),
    regionOf: new Map(WAREHOUSES.map((id, index) => [id, index === 0 ? 'east' : 'west'])),
  }
}

const totalOf = (free: FreeStock) => [...free.units.values()].flatMap((counts) => [...counts.values()])

describe('allocation', () => {
  it('takes exactly what is wanted or nothing, and never more than there is', () => {
    fc.assert(
      fc.property(units, lines, fc.boolean(), (counts, wanted, allowSplit) => {
        const free = freeStock(counts)
        const summed = sumBySku(wanted)
        const picks = allocate(summed, free, { allowSplit })
        const left = totalOf(free)
        assert.ok(left.every((count) => count >= 0))
        if (!picks) return assert.deepEqual(left, counts)
        assert.deepEqual(sumBySku(picks), summed)
        const taken = counts.reduce((sum, count, index) => sum + count - (left[index] ?? 0), 0)
        assert.equal(
          taken,
          wanted.reduce((sum, { qty }) => sum + qty, 0),
        )
      }),
    )
  })

  it('fails only when the stock does not suffice', () => {
    fc.assert(
      fc.property(units, lines, (counts, wanted) => {
        const summed = sumBySku(wanted)
        const suffices = summed.every(({ sku, qty }) => {
          const row = SKUS.indexOf(sku) * 3
          return counts.slice(row, row + 3).reduce((sum, count) => sum + count, 0) >= qty
        })
        assert.equal(allocate(summed, freeStock(counts), { allowSplit: true }) !== undefined, suffices)
      }),
    )
  })

  it('uses one warehouse whenever one can serve everything', () => {
    fc.assert(
      fc.property(units, lines, fc.boolean(), (counts, wanted, allowSplit) => {
        const summed = sumBySku(wanted)
        const able = WAREHOUSES.some((_, column) =>
          summed.every(({ sku, qty }) => (counts[SKUS.indexOf(sku) * 3 + column] ?? 0) >= qty),
        )
        const picks = allocate(summed, freeStock(counts), { allowSplit })
        const used = new Set(picks?.map(({ warehouse }) => warehouse))
        if (able) assert.equal(used.size, 1)
        else if (!allowSplit) assert.equal(picks, undefined)
      }),
    )
  })

  it('prefers the region of the buyer among those that can serve everything', () => {
    const picks = allocate([{ sku: 'a', qty: 1 }], freeStock([1, 20, 20, 0, 0, 0, 0, 0, 0]), {
      region: 'east',
      allowSplit: false,
    })
    assert.deepEqual(picks, [{ sku: 'a', warehouse: 'w1', qty: 1 }])
  })
})
