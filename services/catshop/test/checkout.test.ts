import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { atOnce, openShop, type Shop, type Visitor } from './shop.ts'

describe('checkout', () => {
  let shop: Shop
  before(async () => {
    shop = await openShop()
  })
  after(() => shop.close())

  const address = {
    name: 'Nora Quist',
    line1: '1 Pier',
    city: 'San Jose',
    region: 'CA',
    postal_code: '95126',
    country: 'US',
  }
  const ordersOf = async (customer: Visitor): Promise<number> =>
    (await customer.use('get_order_history', { limit: 100, verbosity: 'concise' })).count

  it('buys the whole cart without arguments, as the first cat shop did', async () => {
    const customer = shop.demo(1)
    const had = await ordersOf(customer)
    await customer.use('add_to_cart', { product_id: 1, quantity: 2 })
    await customer.use('add_to_cart', { product_id: 'prod-e9075764' })
    const order = await customer.use('checkout')
    assert.match(order.order_id, /^ord_[0-9A-HJKMNP-TV-Z]{26}$/)
    assert.match(order.number, /^ORD-\d{4}-\d{6}$/)
    assert.equal(order.payment_method, 'Visa ending in 4242')
    assert.equal(order.total_minor, 2 * 1_299 + 89_900)
    assert.equal(order.items.length, 2)
    assert.deepEqual((await customer.use('view_cart')).items, [])
    assert.equal(await ordersOf(customer), had + 1)
  })

  it('finds the order again when it is repeated, with or without a checkout id', async () => {
    const customer = shop.demo(2)
    await customer.use('add_to_cart', { product_id: 2 })
    const { checkout_id, total_minor } = await customer.use('preview_checkout')
    const wish = { checkout_id, confirm_total_minor: total_minor }
    const order = await customer.use('checkout', wish)
    assert.equal(order.already_placed, false)
    for (const repeat of [wish, {}]) {
      const again = await customer.use('checkout', repeat)
      assert.deepEqual([again.order_id, again.already_placed], [order.order_id, true])
    }
  })

  it('places one order under 20 parallel checkouts', async () => {
    for (const named of [true, false]) {
      const customer = shop.demo(named ? 3 : 4)
      const had = await ordersOf(customer)
      await customer.use('add_to_cart', { product_id: 4, quantity: 3 })
      const { checkout_id } = await customer.use('preview_checkout')
      const answers = await atOnce(20, () => customer.use('checkout', named ? { checkout_id } : {}))
      assert.equal(new Set(answers.map((order) => order.order_id)).size, 1)
      assert.equal(answers.filter((order) => !order.already_placed).length, 1)
      assert.equal(await ordersOf(customer), had + 1)
    }
  })

  it('keeps what is added while it runs for the next order', async () => {
    const customer = shop.demo(5)
    await customer.use('add_to_cart', { product_id: 1, quantity: 5 })
    const [order] = await Promise.all([
      customer.use('checkout'),
      atOnce(10, () => customer.use('add_to_cart', { product_id: 1 })),
    ])
    const bought = order.items[0].quantity
    const { items } = await customer.use('view_cart')
    assert.equal(bought + (items[0]?.quantity ?? 0), 15)
  })

  it('gives the same preview the same id, and another wish another one', async () => {
    const customer = shop.newcomer('thinker')
    await customer.use('add_to_cart', { product_id: 6 })
    assert.equal((await customer.call('preview_checkout')).status, 400)
    const first = await customer.use('preview_checkout', { address })
    assert.deepEqual([first.subtotal_minor, first.shipping_minor, first.tax_minor], [1_650, 599, 120])
    assert.equal((await customer.use('preview_checkout', { address })).checkout_id, first.checkout_id)
    const express = await customer.use('preview_checkout', { address, shipping_option: 'express' })
    assert.notEqual(express.checkout_id, first.checkout_id)
    assert.equal((await customer.call('checkout', { checkout_id: first.checkout_id })).status, 409)
    assert.equal((await customer.call('preview_checkout', { address, shipping_option: 'drone' })).status, 400)
    assert.equal((await customer.call('checkout', { checkout_id: express.checkout_id })).status, 400)
    const paid = await customer.use('checkout', { checkout_id: express.checkout_id, payment_method: 'invoice' })
    assert.equal(paid.total_minor, express.total_minor)
  })

  it('charges nothing when the total, the cart or a price is not what the customer saw', async () => {
    const customer = shop.demo(6)
    const had = await ordersOf(customer)
    await customer.use('add_to_cart', { product_id: 7 })
    const preview = await customer.use('preview_checkout')
    const invented = await customer.call('checkout', { confirm_total_minor: 1 })
    assert.equal(invented.status, 409)
    assert.equal(invented.body.details.total_minor, preview.total_minor)

    await customer.use('add_to_cart', { product_id: 7 })
    const changedCart = await customer.call('checkout', { checkout_id: preview.checkout_id })
    assert.equal(changedCart.status, 409)

    const fresh = await customer.use('preview_checkout')
    await shop.db.updateTable('product').set({ price_minor: 4_600 }).where('legacy_no', '=', 7).execute()
    const changedPrice = await customer.call('checkout', { checkout_id: fresh.checkout_id })
    assert.equal(changedPrice.status, 409)
    assert.equal(changedPrice.body.details.subtotal_minor, 9_200)
    assert.equal(await ordersOf(customer), had)
    assert.equal((await customer.use('view_cart')).items[0].quantity, 2)
  })

  it('asks for the previewed total above the limit, and then buys', async () => {
    const customer = shop.demo(7)
    await customer.use('add_to_cart', { product_id: 'prod-e9075764', quantity: 3 })
    const refused = await customer.call('checkout')
    assert.equal(refused.body.code, 'policy_denied')
    assert.match(refused.body.message, /confirm_total_minor/)
    const { checkout_id, total_minor } = await customer.use('preview_checkout')
    assert.equal((await customer.call('checkout', { checkout_id })).body.code, 'policy_denied')
    const order = await customer.use('checkout', { checkout_id, confirm_total_minor: total_minor })
    assert.equal(order.total_minor, total_minor)
    const oneShot = await customer.call('order_product', { product_id: 'prod-e9075764', quantity: 3 })
    assert.equal(oneShot.body.code, 'policy_denied')
  })

  it('does not sell what is no longer sold', async () => {
    const customer = shop.newcomer('late')
    await customer.use('add_to_cart', { product_id: 40 })
    await shop.db.updateTable('product').set({ active: false }).where('legacy_no', '=', 40).execute()
    assert.match((await customer.use('view_cart')).notices[0], /no longer sold/)
    const { status, body } = await customer.call('preview_checkout', { address })
    assert.equal(status, 409)
    assert.equal(body.next_actions[0].tool, 'remove_from_cart')
    await customer.use('remove_from_cart', body.next_actions[0].arguments)
    assert.deepEqual((await customer.use('view_cart')).items, [])
  })

  it('says that the cart is empty when nothing was just bought', async () => {
    const { status, body } = await shop.newcomer('window-shopper').call('checkout', { payment_method: 'invoice' })
    assert.equal(status, 409)
    assert.match(body.message, /empty/)
  })

  it('does not know the checkout of somebody else', async () => {
    await shop.demo(8).use('add_to_cart', { product_id: 1 })
    const { checkout_id } = await shop.demo(8).use('preview_checkout')
    await shop.demo(9).use('add_to_cart', { product_id: 1 })
    assert.equal((await shop.demo(9).call('checkout', { checkout_id })).status, 404)
  })

  it('orders one product at once, and takes the same call within a minute for a mistake', async () => {
    const customer = shop.demo(10)
    const had = await ordersOf(customer)
    const wish = { product_id: 'prod-e9075764', quantity: 1 }
    const { order_id } = await customer.use('order_product', wish)
    assert.match(order_id, /^ord_/)
    assert.equal((await customer.call('order_product', wish)).status, 409)
    assert.equal(await ordersOf(customer), had + 1)
    await customer.use('order_product', { ...wish, force_new: true })
    assert.equal(await ordersOf(customer), had + 2)
  })

  it('lets a coupon be used as often as it says, however many try at once', async () => {
    await shop.db
      .insertInto('coupon')
      .values({ code: 'THREE', description: '1.00 off', amount_minor: 100, usage_limit: 3 })
      .execute()
    const customers = Array.from({ length: 10 }, (_, index) => shop.newcomer(`bargain-${index}`))
    const checkouts = await Promise.all(
      customers.map(async (customer) => {
        await customer.use('add_to_cart', { product_id: 4 })
        await customer.use('apply_coupon', { code: 'THREE' })
        const { checkout_id } = await customer.use('preview_checkout', { address })
        return { customer, wish: { checkout_id, payment_method: 'invoice' } }
      }),
    )
    const answers = await Promise.all(checkouts.map(({ customer, wish }) => customer.call('checkout', wish)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 3)
    assert.equal(answers.filter(({ status }) => status === 409).length, 7)
    const coupon = await shop.db.selectFrom('coupon').selectAll().where('code', '=', 'THREE').executeTakeFirstOrThrow()
    assert.equal(coupon.used_count, 3)
  })

  it('gives every order lines that add up to its total', async () => {
    const rows = await shop.db
      .selectFrom('orders')
      .innerJoin('order_line', 'order_line.order_id', 'orders.order_id')
      .select(({ fn }) => ['orders.order_id', 'total_minor', fn.sum<number>('paid_minor').as('paid')])
      .groupBy('orders.order_id')
      .execute()
    assert.ok(rows.length > 100)
    for (const row of rows) assert.equal(Number(row.paid), row.total_minor)
  })
})
