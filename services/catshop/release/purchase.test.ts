import assert from 'node:assert/strict'
import { after, before, beforeEach, describe, it } from 'node:test'
import { openStore, type Store } from '../test/store.ts'
import { atOnce, type Visitor } from '../test/visitor.ts'

let shop: Store
before(async () => {
  shop = await openStore()
})
beforeEach(() => shop.emptyCarts())
after(() => shop.close())

describe('a purchase', () => {
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
    assert.equal(order.payment_method, 'pm_sim_visa')
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
      await customer.use('add_to_cart', { product_id: await shop.plentiful(), quantity: 3 })
      const { checkout_id } = await customer.use('preview_checkout')
      const answers = await atOnce(20, () => customer.use('checkout', named ? { checkout_id } : {}))
      assert.equal(new Set(answers.map((order) => order.order_id)).size, 1)
      assert.equal(answers.filter((order) => !order.already_placed).length, 1)
      assert.equal(await ordersOf(customer), had + 1)
    }
  })

  it('keeps what is added while it runs for the next order', async () => {
    const customer = shop.demo(5)
    const product_id = await shop.plentiful()
    await customer.use('add_to_cart', { product_id, quantity: 5 })
    const [order] = await Promise.all([
      customer.use('checkout'),
      atOnce(10, () => customer.use('add_to_cart', { product_id })),
    ])
    const bought = order.items[0].quantity
    const { items } = await customer.use('view_cart')
    assert.equal(bought + (items[0]?.quantity ?? 0), 15)
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
    const customers = Array.from({ length: 10 }, (_, index) => shop.demo(index + 1))
    const checkouts = await Promise.all(
      customers.map(async (customer) => {
        await customer.use('add_to_cart', { product_id: await shop.plentiful() })
        await customer.use('apply_coupon', { code: 'THREE' })
        const { checkout_id } = await customer.use('preview_checkout')
        return { customer, wish: { checkout_id } }
      }),
    )
    const answers = await Promise.all(checkouts.map(({ customer, wish }) => customer.call('checkout', wish)))
    assert.equal(answers.filter(({ status }) => status === 200).length, 3)
    assert.equal(answers.filter(({ status }) => status === 409).length, 7)
    const coupon = await shop.db.selectFrom('coupon').selectAll().where('code', '=', 'THREE').executeTakeFirstOrThrow()
    assert.equal(coupon.used_count, 3)
  })

  it('buys at the previewed total above the limit', async () => {
    const customer = shop.demo(7)
    await customer.use('add_to_cart', { product_id: 'prod-e9075764', quantity: 3 })
    const { checkout_id, total_minor } = await customer.use('preview_checkout')
    const order = await customer.use('checkout', { checkout_id, confirm_total_minor: total_minor })
    assert.equal(order.total_minor, total_minor)
  })

  it('that is declined keeps the cart and the coupon, and works with another payment method', async () => {
    const customer = shop.demo(9)
    await customer.use('add_to_cart', { product_id: await shop.plentiful(1_500), quantity: 2 })
    await customer.use('apply_coupon', { code: 'MEOW5' })
    const had = await ordersOf(customer)
    const { status, body } = await customer.call('checkout', { payment_method: 'pm_sim_declined' })
    assert.equal(status, 409)
    assert.equal(body.details.reason, 'payment_declined')
    assert.match(body.message, /declined/)
    assert.equal(await ordersOf(customer), had)
    const cart = await customer.use('view_cart')
    assert.deepEqual([cart.items[0].quantity, cart.coupon.usable], [2, true])
    const order = await customer.use('checkout', { payment_method: 'pm_sim_mastercard' })
    assert.equal(order.payment_method, 'pm_sim_mastercard')
    assert.deepEqual((await customer.use('view_cart')).items, [])
  })

  it('names what is sold out, and how many are left', async () => {
    const customer = shop.demo(10)
    const { productId, available } = await shop.scarcest()
    await customer.use('add_to_cart', { product_id: productId, quantity: available + 1 })
    const { body } = await customer.call('checkout')
    assert.equal(body.code, 'insufficient_stock')
    assert.equal(body.details.lines[0].available, available)
    assert.equal(body.next_actions[0].tool, 'update_cart_quantity')
    await customer.use('update_cart_quantity', body.next_actions[0].arguments)
    assert.ok((await customer.use('checkout')).order_id)
  })

  it('that the bank wants confirmed has no order until the customer has confirmed it', async () => {
    const customer = shop.demo(8)
    await customer.use('add_to_cart', { product_id: await shop.plentiful() })
    const had = await ordersOf(customer)
    const waiting = await customer.use('checkout', { payment_method: 'pm_sim_3ds' })
    assert.equal(waiting.status, 'requires_action')
    assert.match(waiting.action_url, /\/payments\/authenticate\//)
    assert.equal(await ordersOf(customer), had)
    assert.equal((await customer.use('checkout')).checkout_id, waiting.checkout_id)
    await shop.confirmPayment(waiting.action_url)
    let order = waiting
    await shop.until('the order is placed', async () => {
      order = await customer.use('checkout', { checkout_id: waiting.checkout_id })
      return order.status !== 'requires_action'
    })
    assert.match(order.order_id, /^ord_/)
    assert.equal((await customer.use('get_order_status', { order_id: waiting.checkout_id })).order_id, order.order_id)
  })

  it('is brought to its end when its caller goes away', async () => {
    const customer = shop.demo(2)
    await customer.use('add_to_cart', { product_id: await shop.plentiful() })
    const had = await ordersOf(customer)
    await shop.interrupt(customer)
    await shop.until('the order is there', async () => {
      const { status, body } = await customer.attempt('get_order_history', { limit: 100, verbosity: 'concise' })
      return status === 200 && body.count === had + 1
    })
    await shop.until('the cart is empty', async () => (await customer.use('view_cart')).items.length === 0)
  })
})

describe('after the sale', () => {
  // biome-ignore lint/suspicious/noExplicitAny: orders as the tools return them.
  const history = async (customer: Visitor): Promise<any[]> =>
    (await customer.use('get_order_history', { limit: 100 })).orders
  const newOrder = async (customer: Visitor, quantity = 1, product_id?: string) =>
    customer.use('order_product', {
      product_id: product_id ?? (await shop.plentiful()),
      quantity,
      force_new: true,
    })

  /** The delivered orders of a customer, newest first. */
  const delivered = async (customer: Visitor) =>
    (await history(customer)).filter((order) => order.fulfillment_status === 'delivered')
  /** A return of everything of an order that has arrived and of which nothing was sent back yet. */
  const sentBack = async (customer: Visitor) => {
    for (const { order_id, number } of await delivered(customer)) {
      const { status, body } = await customer.call('initiate_return', { order_id, reason: 'Changed my mind' })
      if (status === 200) return { order_id, number, return_id: body.return_id, rma_number: body.rma_number }
    }
    throw new Error('the customer has nothing to send back')
  }

  it('shows a customer six weeks of history, newest first, and every order once', async () => {
    const seen: string[] = []
    let cursor: string | undefined
    do {
      const page = await shop.demo(1).use('get_order_history', { limit: 4, cursor, verbosity: 'concise' })
      assert.equal(page.count, page.orders.length)
      seen.push(...page.orders.map((order: { order_id: string }) => order.order_id))
      cursor = page.next_cursor
    } while (cursor)
    assert.ok(seen.length >= 5)
    assert.deepEqual(seen, [...new Set(seen)].sort().reverse())
    assert.equal((await shop.demo(1).use('get_order_history')).count, Math.min(10, seen.length))
  })

  it('shows an order in the shape of UCP, with totals that add up', async () => {
    const customer = shop.demo(1)
    const { order_id, number } = await newOrder(customer, 2)
    const order = await customer.use('get_order_status', { order_id })
    assert.deepEqual(await customer.use('get_order_status', { order_id: number }), order)
    const amount = (type: string) => order.totals.find((total: { type: string }) => total.type === type).amount
    assert.equal(amount('subtotal') + amount('items_discount') + amount('fulfillment') + amount('tax'), amount('total'))
    assert.deepEqual(order.line_items[0].quantity, { total: 2, fulfilled: 0 })
    assert.equal(order.fulfillment.expectations[0].destination_untrusted.city, 'Portland')
  })

  it('are a resource each, and what the prompts about orders are filled with', async () => {
    const customer = shop.demo(2)
    const { orders } = await customer.use('get_order_history', { limit: 1 })
    const { result } = await customer.mcp('resources/read', { uri: `catshop://orders/${orders[0].order_id}` })
    assert.equal(JSON.parse(result.contents[0].text).number, orders[0].number)
    const prompt = async (name: string, args = {}) =>
      (await customer.mcp('prompts/get', { name, arguments: args })).result.messages
    const [order, wish] = await prompt('reorder_last')
    assert.match(order.content.resource.text, /ORD-/)
    assert.match(wish.content.text, /cart/)
    assert.equal((await prompt('start_return', { order_id: orders[0].number })).length, 3)
  })

  it('keeps the orders, checkouts and returns of others out of reach of every tool', async () => {
    const [stranger, owner] = [shop.demo(2), shop.demo(3)]
    const { order_id, number, return_id } = await sentBack(owner)
    for (const id of [order_id, number]) {
      assert.equal((await stranger.call('get_order_status', { order_id: id })).status, 404)
      assert.equal((await stranger.call('cancel_my_order', { order_id: id, reason: 'x' })).status, 404)
      assert.equal((await stranger.call('initiate_return', { order_id: id, reason: 'x' })).status, 404)
      const claim = { order_id: id, type: 'damaged', statement: 'x' }
      assert.equal((await stranger.call('file_claim', claim)).status, 404)
    }
    assert.equal((await stranger.call('get_return_status', { return_id })).status, 404)
    assert.ok((await history(stranger)).every((order) => order.order_id !== order_id))
    const { error } = await stranger.mcp('resources/read', { uri: `catshop://orders/${order_id}` })
    assert.ok(error)
    for (const tool of ['get_order_history', 'view_cart'])
      assert.equal((await shop.staff().call(tool)).body.code, 'policy_denied')
  })

  it('cancels an order before it ships, once, and gives its coupon back', async () => {
    const customer = shop.demo(4)
    await customer.use('add_to_cart', { product_id: await shop.plentiful() })
    await customer.use('apply_coupon', { code: 'WELCOME10' })
    const { order_id } = await customer.use('checkout')
    await customer.use('add_to_cart', { product_id: await shop.plentiful() })
    assert.equal((await customer.call('apply_coupon', { code: 'WELCOME10' })).status, 409)
    const answers = await atOnce(5, () => customer.use('cancel_my_order', { order_id, reason: 'Too slow' }))
    assert.deepEqual(new Set(answers.map((answer) => answer.status)), new Set(['cancelled']))
    assert.equal((await customer.use('apply_coupon', { code: 'WELCOME10' })).coupon.usable, true)
  })

  it('does not cancel what has shipped, and points to the return', async () => {
    const shipped = (await history(shop.demo(5))).find((order) => order.fulfillment_status === 'delivered')
    const { body } = await shop.demo(5).call('cancel_my_order', { order_id: shipped.order_id, reason: 'Late' })
    assert.equal(body.code, 'invalid_transition')
    assert.equal(body.next_actions[0].tool, 'initiate_return')
  })

  it('takes each unit back once, however the requests are cut and however many come at once', async () => {
    const customer = shop.demo(6)
    const [{ order_id, items }] = await delivered(customer)
    const [{ product_id, quantity }] = items
    const ask = (index: number) =>
      customer.call('initiate_return', {
        order_id,
        reason: 'Changed my mind',
        lines: [{ product_id, quantity: 1 }],
        idempotency_key: `return-${index}`,
      })
    const answers = await atOnce(8, ask)
    const taken = answers.filter(({ status }) => status === 200)
    assert.ok(taken.length <= quantity, `${taken.length} of ${quantity} units`)
    for (const { status, body } of answers) if (status !== 200) assert.equal(body.code, 'limit_exceeded')
    assert.equal((await ask(8)).body.code, 'limit_exceeded', 'nothing is left')
    for (const { body } of taken) {
      const found = await customer.use('get_return_status', { return_id: body.rma_number })
      assert.deepEqual([found.return_id, found.order_id], [body.return_id, order_id])
    }
  })

  it('refuses returns of cancelled orders, and decides about none after the return period', async () => {
    const customer = shop.demo(7)
    const { order_id } = await newOrder(customer)
    await customer.use('cancel_my_order', { order_id, reason: 'Mistake' })
    const cancelled = await customer.call('initiate_return', { order_id, reason: 'Anyway' })
    assert.ok(cancelled.status >= 400 && cancelled.status < 500, JSON.stringify(cancelled.body))
    const old = (await delivered(shop.demo(1))).at(-1)
    const late = await shop.demo(1).call('initiate_return', { order_id: old.order_id, reason: 'Late' })
    assert.notEqual(late.body.status, 'authorized')
  })

  it('claims what came damaged once, and nothing that is being sent back', async () => {
    const customer = shop.demo(9)
    const { order_id } = await sentBack(customer)
    const claim = { type: 'damaged', statement: 'The box was crushed' }
    assert.equal((await customer.call('file_claim', { ...claim, order_id })).body.code, 'conflict')
    const other = (await delivered(customer)).find((order) => order.order_id !== order_id)
    const filed = await customer.call('file_claim', { ...claim, order_id: other.order_id, idempotency_key: 'claim' })
    const again = await customer.call('file_claim', { ...claim, order_id: other.order_id, idempotency_key: 'claim' })
    assert.equal(filed.status, 200, JSON.stringify(filed.body))
    assert.match(filed.body.claim_number, /^CLM-/)
    assert.equal(again.body.claim_number, filed.body.claim_number)
  })

  it('knows a review of a purchase, and takes one for each purchase', async () => {
    const customer = shop.demo(8)
    const ids = new Set<string>()
    const product_id = await shop.plentiful()
    for (let purchase = 0; purchase < 2; purchase++) {
      await newOrder(customer, 1, product_id)
      const review = await customer.use('write_product_review', { product_id, rating: 5, review_text: 'Again!' })
      assert.equal(review.verified_purchase, true)
      ids.add(review.review_id)
    }
    assert.equal(ids.size, 2)
  })
})
