import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { available, lineOf, PRICE, settled, shop } from './shop.ts'

describe('while another domain is down', () => {
  it('money is taken when payments is back', async () => {
    const order = await shop.placed([await lineOf(1)])
    await shop.fulfil(order.order_id, 'packed')
    shop.fleet.kill('payments')
    await shop.wms('hand_over_shipment', { order_ref: order.order_id })
    await eventually(
      () => shop.order(order.order_id),
      (it) => it.payment_status === 'captured',
      'capture',
    )
    await settled(order.order_id)
  })

  it('a checkout whose server dies is finished by the next one, once', async () => {
    const line = await lineOf(4)
    const before = await available(line.sku)
    const ids = [1, 2, 3, 4].map((n) => `chk_killed${n}_${Date.now()}`)
    const calls = ids.map((checkoutId) => shop.checkout([{ ...line, qty: 1 }], { checkoutId }).catch(() => undefined))
    await new Promise((resolve) => setTimeout(resolve, 150))
    shop.fleet.kill('oms')
    await Promise.all(calls)
    for (const checkoutId of ids) {
      const { body } = await eventually(
        () => shop.checkout([{ ...line, qty: 1 }], { checkoutId }).catch(() => ({ status: 503, body: {} })),
        ({ status }) => status === 200,
        'the order',
      )
      await settled(body.order.order_id)
      assert.equal((await shop.payment(body.order.order_id)).authorized_minor, PRICE)
    }
    assert.equal(await available(line.sku), before - 4)
  })
})
