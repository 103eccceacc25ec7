import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { launchBrowser, startFleet } from '@backroom/fleet-testing'
import type { Browser } from 'playwright-core'
import { aiSdk } from '../src/clients/ai-sdk.ts'
import { sdkV2 } from '../src/clients/sdk-v2.ts'
import { busyFleet, openRetail, orderToCash, type Retail } from '../src/retail/retail.ts'
import {
  buy,
  checkOut,
  done,
  fillCart,
  fulfil,
  openStore,
  orderIs,
  refused,
  type StaffedStore,
} from '../src/retail/staffed-store.ts'
import { leaveForSale, stockUp } from '../src/retail/stock.ts'
import { until } from '../src/until.ts'

const [LITTER, WAND, SCARCE] = [
  { product: 1, sku: 'CAT-1001' },
  { product: 2, sku: 'CAT-1002' },
  { product: 5, sku: 'CAT-1005' },
]
const two = [
  { product: LITTER.product, quantity: 2 },
  { product: WAND.product, quantity: 1 },
]

describe('from cart to money, through clients of other people', () => {
  let retail: Retail
  let browser: Browser
  let store: StaffedStore
  before(async () => {
    const environment = { ...busyFleet, CONFIRM_PAYMENT_SECONDS: '8' }
    retail = openRetail(await startFleet({ only: orderToCash, environment }))
    browser = await launchBrowser()
    for (const { sku } of [LITTER, WAND]) await stockUp(retail, sku, 200)
    store = await openStore(retail, browser, { connect: sdkV2('auto'), customer: 'demo1' })
  })
  after(async () => {
    await store?.close()
    await browser?.close()
    await retail?.close()
    await retail?.fleet.stop()
  })

  const booksAgree = async () => assert.deepEqual(await retail.differences(), [])

  const payment = (order: { order_id: string }) => done(store.finance, 'get_payment', { order_ref: order.order_id })

  const heldFor = async (checkoutOrOrder: string): Promise<string[]> => {
    const rows = await retail.rows<{ state: string }>('wms', 'select state from reservation where order_ref = $1', [
      checkoutOrOrder,
    ])
    return rows.map(({ state }) => state)
  }

  const assertShippedAndPaid = async (order_id: string) => {
    const order = await orderIs(store, order_id, (one) => one.payment_status === 'captured')
    assert.equal(order.fulfillment_status, 'shipped')
    assert.equal(order.payment.captured_minor, order.totals.grand_minor)
    assert.equal((await payment(order)).captured_minor, order.totals.grand_minor)
    const { movements } = await retail.askProvider(
      `/movements?${new URLSearchParams({ from: order.placed_at, to: new Date(Date.now() + 1_000).toISOString() })}`,
    )
    const { captures } = await payment(order)
    const ids = (captures as { capture_id: string }[]).map(({ capture_id }) => capture_id)
    const charged = (movements as { operation_key: string; amount_minor: number }[])
      .filter(({ operation_key }) => ids.includes(operation_key))
      .reduce((sum, { amount_minor }) => sum + amount_minor, 0)
    assert.equal(charged, order.totals.grand_minor)
  }

  test('SDK 2: cart, checkout, wave, pick, pack, hand over, captured', async () => {
    const order = await buy(store, two)
    assert.equal(order.status, 'confirmed')
    assert.equal(order.payment_status, 'authorized')
    await fulfil(store, order, 'shipped')
    await assertShippedAndPaid(order.order_id)
    await booksAgree()
  })

  test('@ai-sdk/mcp: cart, checkout, wave, pick, pack, hand over, captured', async () => {
    const other = await openStore(retail, browser, { connect: aiSdk, customer: 'demo2' })
    try {
      const order = await buy(other, two)
      await fulfil(other, order, 'shipped')
      await assertShippedAndPaid(order.order_id)
      const { orders } = await done(other.customer, 'get_order_history', { limit: 1 })
      assert.equal(orders[0].order_id, order.order_id)
    } finally {
      await other.close()
    }
    await booksAgree()
  })

  test('a card that is declined: no order, no charge, nothing reserved, the cart as it was', async () => {
    await fillCart(store.customer, two)
    const { answer, args } = await checkOut(store.customer, 'pm_sim_declined')
    assert.equal(answer.structured.code, 'conflict', answer.text)
    assert.match(answer.text, /nothing was (ordered or )?charged/i)
    await booksAgree()
    assert.ok((await heldFor(args.checkout_id)).every((state) => state === 'released'))
    assert.equal((await done(store.customer, 'view_cart')).items.length, 2)
  })

  test('no stock for one line: it is named, and nothing of the other line stays reserved', async () => {
    await leaveForSale(retail, SCARCE.sku, 1)
    await fillCart(store.customer, [
      { product: LITTER.product, quantity: 1 },
      { product: SCARCE.product, quantity: 3 },
    ])
    const { answer, args } = await checkOut(store.customer)
    assert.equal(answer.structured.code, 'insufficient_stock', answer.text)
    const { lines } = answer.structured.details as { lines: { requested: number; available: number }[] }
    assert.deepEqual(
      lines.map(({ requested, available }) => ({ requested, available })),
      [{ requested: 3, available: 1 }],
    )
    await booksAgree()
    assert.ok((await heldFor(args.checkout_id)).every((state) => state === 'released'))
  })

  test('3-D Secure, confirmed on the page of the bank', async () => {
    await fillCart(store.customer, two)
    const { answer, args } = await checkOut(store.customer, 'pm_sim_3ds')
    assert.equal(answer.structured.status, 'requires_action', answer.text)
    assert.equal(answer.structured.order_id, undefined)
    const page = await browser.newPage()
    await page.goto(String(answer.structured.action_url))
    await page.getByRole('button', { name: 'Approve the payment' }).click()
    await page.getByRole('status').waitFor()
    await page.close()
    let orderId = ''
    await until('the order is there', async () => {
      const { structured } = await store.customer.call('checkout', args)
      orderId = String(structured.order_id ?? '')
      return orderId !== ''
    })
    const order = await orderIs(store, orderId, ({ status }) => status === 'confirmed')
    assert.equal(order.payment.method, 'pm_sim_3ds')
    await booksAgree()
  })

  test('3-D Secure, left alone: the checkout is given up, nothing is charged or reserved', async () => {
    await fillCart(store.customer, two)
    const { answer, args } = await checkOut(store.customer, 'pm_sim_3ds')
    const page = await browser.newPage()
    await page.goto(String(answer.structured.action_url))
    let last = answer
    await until('the checkout is given up', async () => {
      last = await store.customer.call('checkout', args)
      return last.isError
    })
    assert.match(last.text, /nothing was charged|no longer valid/i)
    await page.getByRole('button', { name: 'Approve the payment' }).click()
    await page.getByRole('status').waitFor()
    await page.close()
    await booksAgree()
    assert.ok((await heldFor(args.checkout_id)).every((state) => state === 'released' || state === 'expired'))
  })

  test('cancelled before anybody picked it: stock and money are free again', async () => {
    const order = await buy(store, two)
    await done(store.customer, 'cancel_my_order', { order_id: order.order_id, reason: 'Changed my mind' })
    const cancelled = await orderIs(store, order.order_id, ({ status }) => status === 'cancelled')
    assert.equal(cancelled.totals.due_minor, 0)
    assert.equal((await payment(order)).voided_minor, order.totals.grand_minor)
    assert.ok((await heldFor(order.order_id)).every((state) => state === 'released'))
    await booksAgree()
  })

  test('cancelled after it was picked: the units go back to the shelf, the money to the customer', async () => {
    const order = await buy(store, two)
    await fulfil(store, order, 'picked')
    await done(store.customer, 'cancel_my_order', { order_id: order.order_id, reason: 'Changed my mind' })
    await orderIs(store, order.order_id, ({ status }) => status === 'cancelled')
    assert.equal((await payment(order)).voided_minor, order.totals.grand_minor)
    assert.ok((await heldFor(order.order_id)).every((state) => state === 'released' || state === 'unpicked'))
    await booksAgree()
  })

  test('some units cancelled: the rest is sent and charged', async () => {
    const order = await buy(store, two)
    const line = order.lines.find(({ sku }: { sku: string }) => sku === LITTER.sku)
    const units = [{ order_line_id: line.order_line_id, qty: 1 }]
    await retail.policy('oms', `insert into approval_rule (tool, account, tier) values ('cancel_order', '*', 'A0')`)
    await done(store.ops, 'cancel_order', { order_id: order.order_id, lines: units, reason: 'One is enough' })
    const left = await orderIs(store, order.order_id, ({ status }) => status === 'partially_cancelled')
    assert.ok(left.totals.due_minor < order.totals.grand_minor)
    await fulfil(store, left, 'shipped')
    const paid = await orderIs(store, order.order_id, ({ payment_status }) => payment_status === 'captured')
    assert.equal(paid.payment.captured_minor, left.totals.due_minor)
    assert.equal((await payment(order)).captured_minor, left.totals.due_minor)
    await booksAgree()
  })

  test('a short pick that no other warehouse can fill: the customer pays for what comes', async () => {
    const order = await buy(store, [
      { product: LITTER.product, quantity: 1 },
      { product: SCARCE.product, quantity: 1 },
    ])
    const tasks = await fulfil(store, order, 'waved')
    const missing = tasks.find(({ sku }) => sku === SCARCE.sku)
    assert.ok(missing)
    const short = { task_id: missing.task_id, qty: 1, idempotency_key: randomUUID() }
    await done(store.warehouse, 'report_short_pick', short)
    const left = await orderIs(store, order.order_id, ({ status }) => status === 'partially_cancelled')
    assert.ok(left.totals.due_minor < order.totals.grand_minor)
    await booksAgree()
  })

  test('a price that changed since the cart was filled: nothing is bought before the customer agrees again', async () => {
    await fillCart(store.customer, two)
    const { checkout_id, total_minor } = await done(store.customer, 'preview_checkout')
    await retail.policy('catshop', `update product set price_minor = price_minor + 100 where legacy_no = 1`)
    const agreed = { checkout_id, confirm_total_minor: total_minor }
    const answer = await refused(store.customer, 'checkout', agreed, 'conflict')
    assert.match(JSON.stringify(answer.structured.details), new RegExp(String(total_minor + 200).slice(0, 2)))
    const { answer: again } = await checkOut(store.customer)
    assert.equal(again.isError, false, again.text)
    assert.ok(Number(again.structured.total_minor) > total_minor)
    await booksAgree()
  })

  test('a payment under suspicion: the order waits until somebody with the scope releases it', async () => {
    const order = await buy(store, two, 'pm_sim_review')
    assert.equal(order.status, 'on_hold')
    const { holds } = await payment(order)
    const release = { hold_id: holds[0].hold_id, reason: 'Known customer' }
    await retail.policy('payments', `update approval_rule set tier = 'A0' where tool = 'release_hold'`)
    const { status } = await retail.call('payments', 'release_hold', release, 'support', randomUUID())
    assert.equal(status, 403)
    await retail.must('payments', 'release_hold', release, 'finance')
    const free = await orderIs(store, order.order_id, (one) => one.fulfillment_orders.length > 0)
    await fulfil(store, free, 'shipped')
    await assertShippedAndPaid(order.order_id)
    await booksAgree()
  })

  test('a charge that is disputed shows on the order and in the books', async () => {
    const order = await buy(store, two, 'pm_sim_dispute')
    await fulfil(store, order, 'shipped')
    await orderIs(store, order.order_id, (one) => one.payment_status === 'disputed')
    const { disputes } = await payment(order)
    assert.equal(disputes[0].amount_minor, order.totals.grand_minor)
    await booksAgree()
  })
})
