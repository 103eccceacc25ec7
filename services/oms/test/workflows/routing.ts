import assert from 'node:assert/strict'
import { describe, it } from 'node:test'
import { lineOf, settled, shop } from './shop.ts'

describe('routing', () => {
  it('moves what is not picked to another warehouse, or leaves it when there is none', async () => {
    const line = await lineOf(1, { warehouses: 2 })
    const order = await shop.placed([line])
    const [{ warehouse: from }] = (await shop.reservation(order.order_id)).reservations
    const [other] = await shop.database<{ id: string; region: string }>(
      'wms',
      `select w.id, w.region from warehouse w join stock_balance b on b.warehouse_id = w.id
       where b.sku = $1 and b.available > 0 and w.id <> $2 limit 1`,
      [line.sku, from],
    )
    const wish = {
      order_id: order.order_id,
      from_warehouse: from,
      region: other?.region,
      idempotency_key: order.number,
    }
    const { body } = await shop.oms('reroute_order', wish)
    assert.deepEqual(
      body.split.map(({ warehouse }: { warehouse: string }) => warehouse),
      [other?.id],
      JSON.stringify(body),
    )
    await settled(order.order_id)
    const back = { ...wish, from_warehouse: other?.id, region: other?.region, idempotency_key: `${order.number}-2` }
    assert.equal((await shop.oms('reroute_order', back)).body.code, 'conflict')
    await settled(order.order_id)
    const whole = { order_id: order.order_id, idempotency_key: `${order.number}-3` }
    assert.equal((await shop.oms('route_order', whole)).body.code, 'invalid_transition')
  })
})
