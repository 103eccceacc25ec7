import assert from 'node:assert/strict'
import { test } from 'node:test'
import fc from 'fast-check'
import { tokenCache } from '../src/access/token-cache.ts'

test('never holds more than it may, and always answers with the token of the name that was asked for', async () => {
  const Names = fc.array(fc.integer({ min: 0, max: 9 }), { maxLength: 50 })
  await fc.assert(
    fc.asyncProperty(fc.integer({ min: 1, max: 6 }), Names, async (max, names) => {
      const cache = tokenCache(max)
      const held: number[] = []
      for (const name of names) {
        let asked = false
        const token = await cache.get(`${name}`, async () => {
          asked = true
          return { token: `token of ${name}`, renewAt: Number.POSITIVE_INFINITY }
        })
        assert.equal(token, `token of ${name}`)
        assert.equal(asked, !held.includes(name))
        if (asked && held.push(name) > max) held.shift()
      }
    }),
  )
})

test('a token that is over, forgotten or was refused is asked for again', async () => {
  const cache = tokenCache(5)
  let count = 0
  const next = (renewAt: number) => async () => ({ token: `token-${++count}`, renewAt })
  assert.equal(await cache.get('a', next(0)), 'token-1')
  assert.equal(await cache.get('a', next(Number.POSITIVE_INFINITY)), 'token-2')
  assert.equal(await cache.get('a', next(0)), 'token-2')
  cache.forget('a')
  assert.equal(await cache.get('a', next(0)), 'token-3')
  await assert.rejects(
    cache.get('b', async () => {
      throw new Error('refused')
    }),
    /refused/,
  )
  assert.equal(await cache.get('b', next(0)), 'token-4')
})
