import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, lineOf, PRICE, settled, shop } from './shop.ts'

describe('a payment that its customer confirms at the bank', () => {
  it('becomes an order', async () => {
    const line = await lineOf(1)
    const checkoutId = `chk_confirmed${Date.now()}`
    const first = await shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' })
    assert.equal(first.body.order, null)
    await shop.confirm(first.body.action_url, 'approve')
    const { body } = await eventually(
      () => shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' }),
      (answer) => answer.body.status === 'completed',
      'the order',
    )
    assert.equal(body.order.status, 'confirmed')
    await settled(body.order.order_id)
  })

  it('ends the checkout when the customer refuses', async () => {
    const line = await lineOf(1)
    const before = await available(line.sku)
    const checkoutId = `chk_refused${Date.now()}`
    const first = await shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' })
    await shop.confirm(first.body.action_url, 'decline')
    const { body } = await eventually(
      () => shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' }),
      ({ status }) => status !== 200,
      'the end of the checkout',
    )
    assert.equal(body.details.reason, 'payment_declined')
    assert.equal(await available(line.sku), before)
  })

  for (const stockIsThere of [true, false])
    it(`that comes after the hold has ended ${stockIsThere ? 'takes the stock again' : 'goes back when the stock is gone'}`, async () => {
      const line = await lineOf(1, { warehouses: 1, exactly: true })
      const checkoutId = `chk_late${Date.now()}`
      const first = await shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' })
      assert.equal(first.body.status, 'requires_action')
      await shop.database('wms', `update reservation set expires_at = now() where order_ref = $1`, [checkoutId])
      await eventually(
        async () => (await shop.reservation(checkoutId)).reservations[0].state,
        (state) => state === 'expired',
        'expiry',
      )
      if (!stockIsThere) await shop.placed([{ ...line, qty: await available(line.sku) }])
      await shop.confirm(first.body.action_url, 'approve')
      const { status, body } = await eventually(
        () => shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' }),
        (answer) => answer.body.status !== 'requires_action',
        'the end of the checkout',
      )
      if (stockIsThere) assert.equal(body.order.status, 'confirmed')
      else {
        assert.equal(status, 409)
        assert.equal(body.code, 'insufficient_stock')
        const [payment] = await shop.database<{ voided_minor: string }>(
          'payments',
          'select voided_minor from payment_intent where checkout_id = $1',
          [checkoutId],
        )
        assert.equal(Number(payment?.voided_minor), PRICE)
      }
    })
})
