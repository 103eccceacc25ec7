import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { openShop, type Shop } from './shop.ts'
import { atOnce } from './visitor.ts'

describe('the cart', () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop.close())

  const quantities = async (customer: ReturnType<Shop['demo']>): Promise<Record<number, number>> => {
    const { items } = await customer.use('view_cart')
    return Object.fromEntries(items.map((item: { id: number; quantity: number }) => [item.id, item.quantity]))
  }

  it('adds up 100 parallel adds', async () => {
    const customer = shop.newcomer('crowd')
    const answers = await atOnce(100, (index) => customer.call('add_to_cart', { product_id: 1 + (index % 4) }))
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set([200]))
    assert.deepEqual(await quantities(customer), { 1: 25, 2: 25, 3: 25, 4: 25 })
  })

  it('holds at most 99 of a product and says so', async () => {
    const customer = shop.newcomer('hoarder')
    const answers = await atOnce(12, () => customer.use('add_to_cart', { product_id: 1, quantity: 10 }))
    assert.deepEqual(await quantities(customer), { 1: 99 })
    const capped = answers.filter((cart) => cart.notices.some((notice: string) => notice.includes('at most 99')))
    assert.equal(capped.length, 3)
    assert.equal((await customer.call('add_to_cart', { product_id: 1, quantity: 0 })).status, 400)
    assert.equal((await customer.call('update_cart_quantity', { product_id: 1, quantity: 100 })).status, 400)
  })

  it('does any sequence of changes as simple arithmetic would', async () => {
    const product = fc.integer({ min: 1, max: 3 })
    const change = fc.oneof(
      fc.record({ tool: fc.constant('add_to_cart'), product_id: product, quantity: fc.integer({ min: 1, max: 40 }) }),
      fc.record({
        tool: fc.constant('update_cart_quantity'),
        product_id: product,
        quantity: fc.integer({ min: 0, max: 99 }),
      }),
      fc.record({ tool: fc.constant('remove_from_cart'), product_id: product }),
    )
    let run = 0
    await fc.assert(
      fc.asyncProperty(fc.array(change, { minLength: 1, maxLength: 8 }), async (changes) => {
        const customer = shop.newcomer(`model-${run++}`)
        const model = new Map<number, number>()
        let version = 0
        for (const { tool, ...args } of changes) {
          const cart = await customer.use(tool, args)
          const quantity = 'quantity' in args ? args.quantity : 0
          const next = tool === 'add_to_cart' ? Math.min(99, (model.get(args.product_id) ?? 0) + quantity) : quantity
          if (next === 0) model.delete(args.product_id)
          else model.set(args.product_id, next)
          assert.ok(cart.version > version)
          version = cart.version
          const lines = cart.items.map((item: { line_total_minor: number }) => item.line_total_minor)
          assert.equal(
            cart.subtotal_minor,
            lines.reduce((sum: number, total: number) => sum + total, 0),
          )
        }
        assert.deepEqual(await quantities(customer), Object.fromEntries(model))
      }),
      { numRuns: 25 },
    )
  })

  it('is the own cart only, and staff have none', async () => {
    await shop.demo(1).use('add_to_cart', { product_id: 5 })
    assert.deepEqual(await quantities(shop.demo(2)), {})
    for (const tool of ['view_cart', 'add_to_cart']) {
      const { status, body } = await shop.staff().call(tool, tool === 'add_to_cart' ? { product_id: 1 } : {})
      assert.equal(status, 403)
      assert.match(body.message, /customer account/)
    }
  })

  it('shows a price that changed since the product was added', async () => {
    const customer = shop.newcomer('patient')
    await customer.use('add_to_cart', { product_id: 8 })
    await shop.db.updateTable('product').set({ price_minor: 3_999 }).where('legacy_no', '=', 8).execute()
    const cart = await customer.use('view_cart')
    assert.equal(cart.total_minor, 3_999)
    assert.match(cart.notices.join(' '), /from 34\.50 USD to 39\.99 USD/)
    assert.equal(cart.stock_checked, false)
  })

  it('forgets what has lain in it for a month', async () => {
    const customer = shop.newcomer('forgetful')
    await customer.use('add_to_cart', { product_id: 1, quantity: 3 })
    await shop.db
      .updateTable('cart')
      .set({ expires_at: new Date(0) })
      .where('username', '=', 'forgetful')
      .execute()
    assert.deepEqual(await quantities(customer), {})
    await customer.use('remove_from_cart', { product_id: 9 })
    assert.deepEqual(await quantities(customer), {})
    await customer.use('add_to_cart', { product_id: 2 })
    assert.deepEqual(await quantities(customer), { 2: 1 })
  })

  it('takes a coupon in any case and refuses one that does not apply', async () => {
    const customer = shop.newcomer('saver')
    await customer.use('add_to_cart', { product_id: 5, quantity: 1 })
    const cart = await customer.use('apply_coupon', { code: 'welcome10' })
    assert.deepEqual([cart.subtotal_minor, cart.discount_minor, cart.total], [11_900, 1_190, 107.1])
    assert.equal((await customer.call('apply_coupon', { code: 'NOSUCH' })).status, 404)
    assert.equal((await customer.call('apply_coupon', { code: 'EARLYBIRD' })).status, 409)
    assert.equal((await customer.use('view_cart')).coupon.code, 'WELCOME10')
  })
})
