import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { eventually } from '../process-fleet.ts'
import { factOf, lineOf, PRICE, shop } from './shop.ts'

describe('facts', () => {
  it('have their effect once, however often they are told', async () => {
    const order = await shop.placed([await lineOf(1)])
    const dispute = factOf('payment.dispute_opened.v1', order.payment.payment_id, {
      ...{ dispute_id: 'dsp_1', payment_id: order.payment.payment_id, order_ref: order.order_id },
      ...{ amount_minor: PRICE, currency: 'USD', reason: 'fraudulent', respond_by: null },
    })
    const answers = await Promise.all([1, 2, 3].map(() => shop.report('payments', [dispute, dispute])))
    assert.equal(
      answers.reduce((sum, { body }) => sum + (body.applied ?? 0), 0),
      1,
    )
    assert.equal((await shop.order(order.order_id)).payment_status, 'disputed')
    const seen = (await shop.events(order.order_id)).filter(({ type }) => type === 'payment.dispute_opened')
    assert.equal(seen.length, 1)
    const {
      amount_minor: _,
      currency: __,
      reason: ___,
      respond_by: ____,
      ...same
    } = dispute.data as Record<string, unknown>
    await shop.report('payments', [
      factOf('payment.dispute_closed.v1', order.payment.payment_id, { ...same, outcome: 'won' }),
    ])
    assert.equal((await shop.order(order.order_id)).payment_status, 'authorized')
  })

  it('that are ahead of their order wait for it', async () => {
    const line = await lineOf(1)
    const checkoutId = `chk_ahead${Date.now()}`
    const first = await shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' })
    const [{ order_id }] = (await shop.database<{ order_id: string }>(
      'oms',
      'select order_id from checkout where id = $1',
      [checkoutId],
    )) as [{ order_id: string }]
    const expiring = factOf('payment.authorization_expiring.v1', 'pay_ahead', {
      ...{ payment_id: 'pay_ahead', order_ref: order_id, capture_before: new Date().toISOString() },
    })
    assert.deepEqual((await shop.report('payments', [expiring])).body, { applied: 0, duplicates: 0, waiting: 1 })
    await shop.confirm(first.body.action_url, 'approve')
    await eventually(
      () => shop.checkout([line], { checkoutId, method: 'pm_sim_3ds' }),
      ({ body }) => body.status === 'completed',
      'the order',
    )
    const types = (await shop.events(order_id)).map(({ type }) => type)
    assert.ok(types.includes('payment.authorization_expiring'))
  })

  it('that do not fit are kept, shown, and retried on demand', async () => {
    const order = await shop.placed([await lineOf(1)])
    const strange = factOf('stock.shipped.v1', order.order_id, {
      ...{ order_ref: order.order_id, warehouse: 'WH-9', shipment_ref: 'shp_strange' },
      lines: [{ sku: order.lines[0].sku, qty: 1 }],
    })
    assert.equal((await shop.report('wms', [strange])).body.waiting, 1)
    const { unfinished } = (await shop.oms('reconcile_order', { order_id: order.order_id })).body
    assert.deepEqual(unfinished, [strange.id])
    const { body } = await shop.oms('get_saga', { saga_id: strange.id }, 'admin')
    assert.match(body.reason, /WH-9/)
    await shop.database('oms', `update fact set state = 'parked', retry_at = null where id = $1`, [strange.id])
    assert.equal((await shop.oms('retry_saga_step', { saga_id: strange.id }, 'admin')).body.status, 'retrying')
  })

  it('of money that comes for a checkout that has ended give it back', async () => {
    const line = await lineOf(1)
    const checkoutId = `chk_ended${Date.now()}`
    await shop.checkout([line], { checkoutId, method: 'pm_sim_declined' })
    const late = factOf('payment.authorized.v1', 'pay_late', {
      ...{ payment_id: 'pay_late', checkout_id: checkoutId, amount_minor: PRICE, currency: 'USD' },
    })
    assert.equal((await shop.report('payments', [late])).body.applied, 1)
    const saga = async () => (await shop.oms('get_saga', { saga_id: `late:${checkoutId}` }, 'admin')).body
    await eventually(saga, ({ state }) => state === 'completed', 'the return of the money')
  })

  it('tell of a dispute that the provider opened after the capture', async () => {
    const order = await shop.placed([await lineOf(1)], 'pm_sim_dispute')
    await shop.fulfil(order.order_id, 'shipped')
    await eventually(
      () => shop.order(order.order_id),
      (it) => it.payment_status === 'disputed',
      'the dispute',
    )
  })
})
