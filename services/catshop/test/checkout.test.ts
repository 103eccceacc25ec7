import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { openShop, type Shop } from './shop.ts'

describe('checkout, before an order is placed', () => {
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
    const unpayable = await customer.call('checkout', { checkout_id: express.checkout_id })
    assert.equal(unpayable.status, 400)
    assert.match(unpayable.body.message, /payment method/)
  })

  it('charges nothing when the total, the cart or a price is not what the customer saw', async () => {
    const customer = shop.demo(6)
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
    assert.equal((await customer.use('view_cart')).items[0].quantity, 2)
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
    const { status, body } = await shop.newcomer('window-shopper').call('checkout')
    assert.equal(status, 409)
    assert.match(body.message, /empty/)
  })

  it('does not know the checkout of somebody else', async () => {
    await shop.demo(8).use('add_to_cart', { product_id: 1 })
    const { checkout_id } = await shop.demo(8).use('preview_checkout')
    await shop.demo(9).use('add_to_cart', { product_id: 1 })
    assert.equal((await shop.demo(9).call('checkout', { checkout_id })).status, 404)
  })

  it('asks for the previewed total above the limit', async () => {
    const customer = shop.demo(7)
    await customer.use('add_to_cart', { product_id: 'prod-e9075764', quantity: 3 })
    const refused = await customer.call('checkout')
    assert.equal(refused.body.status, 'pending_approval')
    assert.match(refused.body.message, /confirm_total_minor/)
    const { checkout_id } = await customer.use('preview_checkout')
    assert.equal((await customer.call('checkout', { checkout_id })).body.status, 'pending_approval')
    const oneShot = await customer.call('order_product', { product_id: 'prod-e9075764', quantity: 3 })
    assert.equal(oneShot.body.status, 'pending_approval')
  })

  it('says so when orders cannot be placed, loses nothing, and refuses another checkout of the same cart meanwhile', async () => {
    const customer = shop.demo(3)
    await customer.use('add_to_cart', { product_id: 4, quantity: 2 })
    const { checkout_id } = await customer.use('preview_checkout')
    const { status, body } = await customer.attempt('checkout', { checkout_id })
    assert.equal(status, 503)
    assert.equal(body.code, 'unavailable')
    assert.ok(body.retry_after_ms > 0)
    assert.equal((await customer.use('view_cart')).items[0].quantity, 2)
    const other = await customer.attempt('checkout', {
      checkout_id: (await customer.use('preview_checkout')).checkout_id,
    })
    assert.equal(other.body.code, 'conflict')
    assert.equal(other.body.details.checkout_id, checkout_id)
  })
})
