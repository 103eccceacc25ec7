import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { rankProducts } from '../src/best-sellers.ts'
import { editDistance } from '../src/search-spelling.ts'
import { openShop, type Shop } from './shop.ts'
import type { Visitor } from './visitor.ts'

describe('the catalogue', () => {
  let shop: Shop
  let anyone: Visitor
  before(async () => {
    shop = await openShop()
    anyone = shop.passerby()
  })
  after(() => shop.close())

  const names = async (args: Record<string, unknown>): Promise<string[]> =>
    (await anyone.use('search_products', args)).products.map((product: { name: string }) => product.name)

  it('knows one product by its text id, its number and its number as text', async () => {
    const product = await anyone.use('get_product', { product_id: 3 })
    assert.deepEqual(await anyone.use('get_product', { product_id: '3' }), product)
    assert.deepEqual(await anyone.use('get_product', { product_id: product.product_id }), product)
    assert.deepEqual(
      { id: product.id, name: product.name, price: product.price, price_minor: product.price_minor },
      { id: 3, name: 'Window Perch Hammock', price: 29.5, price_minor: 2950 },
    )
    assert.equal((await anyone.use('get_product', { product_id: 'prod-e9075764' })).category, 'Electronics')
  })

  it('says Not found as the first cat shop did', async () => {
    for (const product_id of [99_999, '99999999999', 'prod-nothing', "x' or 1=1"]) {
      const { status, body } = await anyone.call('get_product', { product_id })
      assert.equal(status, 404)
      assert.equal(body.error, 'Not found')
    }
    const { result } = await anyone.mcp('tools/call', { name: 'get_product', arguments: { product_id: 99_999 } })
    assert.equal(result.isError, true)
  })

  it('gives the eight cat products the numbers 1 to 8', async () => {
    const { count, products } = await anyone.use('list_products', { category: 'cats' })
    assert.equal(count, 8)
    assert.deepEqual(
      products.map((product: { id: number }) => product.id),
      [1, 2, 3, 4, 5, 6, 7, 8],
    )
  })

  it('lists every product exactly once, page by page', async () => {
    const seen: number[] = []
    let cursor: string | undefined
    do {
      const page = await anyone.use('list_products', { limit: 37, cursor, verbosity: 'concise' })
      assert.equal(page.count, page.products.length)
      seen.push(...page.products.map((product: { id: number }) => product.id))
      cursor = page.next_cursor
    } while (cursor)
    assert.deepEqual(
      seen,
      Array.from({ length: 210 }, (_, index) => index + 1),
    )
    assert.equal((await anyone.call('list_products', { cursor: 'bm90IG91cnM' })).status, 400)
  })

  it('finds laptops under 1500, as the store example asks', async () => {
    const { count, products } = await anyone.use('search_products', {
      query: 'laptop',
      category: 'Electronics',
      max_price: 1500,
    })
    assert.equal(count, products.length)
    assert.ok(count >= 5 && count <= 10)
    for (const product of products) assert.ok(product.price <= 1500)
    assert.ok(products.slice(0, 5).every((product: { name: string }) => product.name.includes('Laptop')))
  })

  it('finds what was meant by misspelt words', async () => {
    for (const [query, expected] of [
      ['labtop', 'Laptop'],
      ['headphons', 'Headphones'],
      ['hedphones', 'Headphones'],
      ['mosue', 'Mouse'],
      ['coffe grindr', 'Burr Coffee Grinder'],
      ['LÁPTOP', 'Laptop'],
    ] as const)
      assert.ok(
        (await names({ query })).slice(0, 3).some((name) => name.includes(expected)),
        query,
      )
    for (const [query, meant] of [
      ['labtop', /"laptop"/],
      ['harnes', /"harness"/],
    ] as const)
      assert.match((await anyone.use('search_products', { query })).notice, meant)
  })

  it('finds by synonyms, by the start of a word, and by some of the words at least', async () => {
    assert.ok((await names({ query: 'notebook' })).some((name) => name.includes('Laptop')))
    assert.ok((await names({ query: 'kett' })).includes('Electric Kettle Gooseneck'))
    const some = await anyone.use('search_products', { query: 'laptop trampoline' })
    assert.ok(some.count > 0)
    assert.match(some.notice, /some of them/)
    assert.equal((await anyone.use('search_products', { query: 'qqqqzzzz' })).count, 0)
  })

  it('finds the best sellers of a large catalogue first', async () => {
    const fill = (from: number, to: number, popularity: number) =>
      sql`insert into product (product_id, legacy_no, name, description, category, price_minor, currency, popularity)
        select 'prod-' || n, n, 'Quokka statue ' || n, 'Of clay', 'Statues', 4000 + n, 'USD', ${popularity}::real
        from generate_series(${from}::integer, ${to}::integer) as n`.execute(shop.db)
    await fill(50_001, 52_500, 0.01)
    await fill(52_501, 52_503, 0.99)
    await rankProducts(shop.db)
    const found = await anyone.use('search_products', { query: 'quokka', limit: 3 })
    assert.deepEqual(
      found.products.map(({ id }: { id: number }) => id),
      [52_501, 52_502, 52_503],
    )
    assert.deepEqual(await names({ query: 'quokka', min_price: 564.99, max_price: 565 }), [
      'Quokka statue 52499',
      'Quokka statue 52500',
    ])
    await sql`delete from product where category = 'Statues'`.execute(shop.db)
  })

  it('sorts and filters as asked, with and without words', async () => {
    const prices = async (sort: string) =>
      (
        await anyone.use('search_products', { query: '', sort, min_price: 50, max_price: 99.99, limit: 100 })
      ).products.map((product: { price: number }) => product.price)
    const rising = await prices('price_asc')
    assert.deepEqual(
      rising,
      rising.toSorted((a: number, b: number) => a - b),
    )
    assert.deepEqual(await prices('price_desc'), rising.toReversed())
    assert.ok(rising.every((price: number) => price >= 50 && price <= 99.99))
    assert.equal((await anyone.call('search_products', { query: '', min_price: 2, max_price: 1 })).status, 400)
    assert.equal((await anyone.call('search_products', { query: '', max_price: 1.005 })).status, 400)
    assert.match((await anyone.use('search_products', { query: '', category: 'Boats' })).notice, /Electronics/)
  })

  it('survives any query', async () => {
    await fc.assert(
      fc.asyncProperty(fc.string({ unit: 'binary', maxLength: 60 }), async (query) => {
        const { status, body } = await anyone.call('search_products', { query })
        const isText = query.isWellFormed() && !query.includes('\0')
        assert.equal(status, isText ? 200 : 400, JSON.stringify(body))
      }),
      { numRuns: 30 },
    )
  })

  it('needs no token for browsing and offers nothing else without one', async () => {
    const { result } = await anyone.mcp('tools/list')
    assert.deepEqual(
      result.tools.map((tool: { name: string }) => tool.name),
      ['list_products', 'get_product', 'search_products', 'get_product_reviews', 'check_availability'],
    )
    for (const tool of ['view_cart', 'add_to_cart', 'checkout', 'get_order_history'])
      assert.equal((await anyone.call(tool)).status, 401)
  })

  it('says plainly that stock is unknown while the warehouses do not answer', async () => {
    const answer = await anyone.use('check_availability', { product_id: 1, qty: 2, postcode: '97214' })
    assert.deepEqual(
      { availability: answer.availability, enough: answer.enough, eta: answer.eta },
      { availability: 'unknown', enough: null, eta: null },
    )
  })
})

describe('the distance between words', () => {
  const word = fc.string({ unit: fc.constantFrom('a', 'b', 'c'), maxLength: 8 })

  it('is symmetric, zero for the same word only, and at most the longer length', () => {
    fc.assert(
      fc.property(word, word, (a, b) => {
        assert.equal(editDistance(a, b), editDistance(b, a))
        assert.equal(editDistance(a, b) === 0, a === b)
        assert.ok(editDistance(a, b) <= Math.max(a.length, b.length))
      }),
    )
  })

  it('counts a swap of neighbours as one', () => {
    assert.equal(editDistance('mosue', 'mouse'), 1)
    assert.equal(editDistance('labtop', 'laptop'), 1)
  })
})
