import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { BusinessError } from '@backroom/mcp-service'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { cancelUnits, planCuts } from '../src/cancellation.ts'
import { type OrderStatus, orderStatuses, type Tables } from '../src/database-tables.ts'
import { foldDemand } from '../src/demand.ts'
import { liveLines, pickUnits, placeUnits } from '../src/fulfillment.ts'
import { splitFulfillment } from '../src/fulfillment-split.ts'
import { placeHold, releaseHolds } from '../src/hold.ts'
import { recordMoney } from '../src/money-movement.ts'
import { confirmOrder, lockOrder } from '../src/order.ts'
import { linesOf } from '../src/order-line.ts'
import { orderTransitions, setStatus } from '../src/order-status.ts'
import { applyShipment, deliverShipment, packShipment } from '../src/shipment.ts'
import { differences, lineOf, openDatabase, place } from './orders.ts'

const warehouses = ['WH-1', 'WH-2']

describe('the life of an order', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
  })
  after(() => opened.database.drop())

  /** One step on an order, by numbers that a property test draws. */
  type Step = {
    kind: 'place' | 'pick' | 'pack' | 'ship' | 'deliver' | 'cancel' | 'capture' | 'refund' | 'split'
    a: number
    b: number
  }
  const step: fc.Arbitrary<Step> = fc.record({
    kind: fc.constantFrom(
      'place',
      'place',
      'pick',
      'pack',
      'ship',
      'ship',
      'deliver',
      'cancel',
      'capture',
      'refund',
      'split',
    ),
    a: fc.nat(1_000),
    b: fc.nat(1_000),
  })

  let counter = 0
  const take = async (orderId: string, { kind, a, b }: Step): Promise<void> => {
    await db.transaction().execute(async (trx) => {
      const order = await lockOrder(trx, orderId)
      const lines = await linesOf(trx, [orderId])
      const line = lines[a % lines.length]
      if (!line) return
      const warehouse = warehouses[b % 2] ?? 'WH-1'
      const live = await liveLines(trx, orderId)
      const task = live[a % Math.max(live.length, 1)]
      const ref = `shp_${orderId}_${++counter}`
      switch (kind) {
        case 'place': {
          const room = line.qty_current - line.qty_shipped - line.qty_reserved
          if (room > 0) await placeUnits(trx, order, [{ warehouse, sku: line.sku, qty: 1 + (b % room) }])
          return
        }
        case 'pick':
          if (task) await pickUnits(trx, order, task.warehouse, [{ sku: task.sku, qty: 1 + (b % 3) }])
          return
        case 'split':
          if (task && task.qty > 1 && task.qty_picked === 0 && task.qty_packed === 0)
            await splitFulfillment(trx, order, task.fulfillment_order_id, [
              { orderLineId: task.order_line_id, qty: 1 },
            ]).catch((error) => assert.ok(error instanceof BusinessError))
          return
        case 'pack': {
          const free = task && task.qty - task.qty_packed
          if (task && free)
            await packShipment(trx, order, {
              shipmentRef: ref,
              warehouse: task.warehouse,
              lines: [{ sku: task.sku, qty: 1 + (b % free) }],
              at: new Date(),
            })
          return
        }
        case 'ship': {
          const packed = await trx
            .selectFrom('shipment')
            .selectAll()
            .where('order_id', '=', orderId)
            .where('status', '=', 'packed')
            .executeTakeFirst()
          if (packed) {
            await applyShipment(trx, order, {
              shipmentRef: packed.shipment_ref,
              warehouse: packed.warehouse,
              lines: [],
              at: new Date(),
            })
          } else if (task && task.qty > task.qty_packed) {
            const parcel = {
              shipmentRef: ref,
              warehouse: task.warehouse,
              lines: [{ sku: task.sku, qty: 1 }],
              at: new Date(),
            }
            const { shipment } = await applyShipment(trx, order, parcel)
            const again = await applyShipment(trx, await lockOrder(trx, orderId), parcel)
            assert.equal(again.shipment.capture_minor, shipment.capture_minor)
          }
          return
        }
        case 'deliver': {
          const shipped = await trx
            .selectFrom('shipment')
            .select('shipment_ref')
            .where('order_id', '=', orderId)
            .where('status', '=', 'shipped')
            .executeTakeFirst()
          if (shipped) await deliverShipment(trx, order, shipped.shipment_ref, new Date())
          return
        }
        case 'cancel': {
          const room = line.qty_current - line.qty_shipped
          if (room === 0) return
          const cuts = await planCuts(trx, order, [{ orderLineId: line.id, qty: 1 + (b % room) }])
          const cause = { reason: 'test', source: 'cancel', sourceId: ref }
          await cancelUnits(trx, order, cuts, cause)
          await cancelUnits(trx, await lockOrder(trx, orderId), cuts, cause)
          return
        }
        case 'capture':
        case 'refund': {
          const movement = {
            kind: kind === 'capture' ? ('captured' as const) : ('refunded' as const),
            source: 'shipment',
            sourceId: ref,
            amountMinor: b,
          }
          const { order: booked } = await recordMoney(trx, order, movement)
          assert.equal((await recordMoney(trx, booked, movement)).news, false)
        }
      }
    })
  }

  it('keeps its arithmetic and its axes whatever happens, in whatever order', async () => {
    const lines = fc.array(fc.record({ sku: fc.constantFrom('A', 'B'), qty: fc.integer({ min: 1, max: 5 }) }), {
      minLength: 1,
      maxLength: 3,
    })
    await fc.assert(
      fc.asyncProperty(lines, fc.array(step, { maxLength: 20 }), async (wanted, steps) => {
        const order = await place(
          db,
          wanted.map(({ sku, qty }) => lineOf(sku, qty, 333, 7)),
        )
        for (const each of steps) await take(order.id, each)
        assert.deepEqual(await differences(db), [])
      }),
      { numRuns: 40 },
    )
    await foldDemand(db)
    assert.deepEqual(await differences(db), [])
  })

  it('pays for every part of a line what the parts together cost, however it is shipped and cancelled', async () => {
    const sizes = fc.record({
      qty: fc.integer({ min: 1, max: 9 }),
      unit: fc.nat(999),
      tax: fc.nat(50),
      cancelled: fc.nat(9),
    })
    await fc.assert(
      fc.asyncProperty(sizes, async ({ qty, unit, tax, cancelled }) => {
        const cut = Math.min(cancelled, qty)
        const order = await place(db, [lineOf('P', qty, unit, tax)])
        let captured = 0
        await db.transaction().execute(async (trx) => {
          const [line] = await linesOf(trx, [order.id])
          if (cut > 0) {
            const cuts = await planCuts(trx, order, [{ orderLineId: line?.id ?? '', qty: cut }])
            await cancelUnits(trx, order, cuts, { reason: 'test', source: 'cancel', sourceId: order.id })
          }
          for (let left = qty - cut; left > 0; left--) {
            const current = await placeUnits(trx, await lockOrder(trx, order.id), [
              { warehouse: 'WH-1', sku: 'P', qty: 1 },
            ])
            const parcel = {
              shipmentRef: `shp_${order.id}_${left}`,
              warehouse: 'WH-1',
              lines: [{ sku: 'P', qty: 1 }],
              at: new Date(),
            }
            captured += (await applyShipment(trx, current, parcel)).shipment.capture_minor ?? 0
          }
          assert.equal((await lockOrder(trx, order.id)).due_minor, captured)
        })
      }),
      { numRuns: 40 },
    )
    assert.deepEqual(await differences(db), [])
  })

  it('refuses every status that is not next, and names those that are', async () => {
    for (const from of orderStatuses) {
      for (const to of orderStatuses) {
        const order = await place(db, [lineOf('S', 1)])
        const at = { ...order, status: from, resume_status: stopped(from) ? ('confirmed' as const) : null }
        await db
          .updateTable('orders')
          .set({ status: from, resume_status: at.resume_status })
          .where('id', '=', order.id)
          .execute()
        if (orderTransitions[from].includes(to)) {
          const moved = await db.transaction().execute((trx) => setStatus(trx, at, to))
          assert.equal(moved.status, to)
          assert.equal(moved.version, order.version + 1)
        } else {
          await assert.rejects(
            db.transaction().execute(async (trx) => setStatus(trx, at, to)),
            (error) =>
              error instanceof BusinessError &&
              error.body.code === 'invalid_transition' &&
              JSON.stringify(error.body.details.legal) === JSON.stringify(orderTransitions[from]),
          )
        }
        await db
          .updateTable('orders')
          .set({ status: 'confirmed', resume_status: null })
          .where('id', '=', order.id)
          .execute()
      }
    }
  })

  const stopped = (status: OrderStatus) => status === 'on_hold' || status === 'cancelling'

  it('stops at its first hold and goes on after its last', async () => {
    const { id } = await place(db, [lineOf('H', 1)])
    const inTransaction = (work: Parameters<ReturnType<typeof db.transaction>['execute']>[0]) =>
      db.transaction().execute(work)
    await inTransaction(async (trx) => {
      await placeHold(trx, await lockOrder(trx, id), { kind: 'manual', reason: 'first', actor: 'test' })
      const held = await placeHold(trx, await lockOrder(trx, id), { kind: 'address', reason: 'second', actor: 'test' })
      assert.equal(held.status, 'pending', 'a pending order is not stopped before it is confirmed')
      assert.equal((await confirmOrder(trx, held, 'test')).status, 'on_hold')
    })
    const [first, second] = await db
      .selectFrom('order_hold')
      .selectAll()
      .where('order_id', '=', id)
      .orderBy('id')
      .execute()
    const release = (holdId: string | undefined) =>
      db.transaction().execute(async (trx) => releaseHolds(trx, await lockOrder(trx, id), [holdId ?? ''], 'test'))
    assert.equal((await release(first?.id)).status, 'on_hold')
    assert.equal((await release(second?.id)).status, 'confirmed')
    const { version } = await lockOrder(db, id)
    assert.equal((await release(second?.id)).version, version, 'releasing again changes nothing')
    await assert.rejects(
      release('hold_unknown'),
      (error) => error instanceof BusinessError && error.body.code === 'not_found',
    )
  })

  it('is placed once for a checkout, by however many at once', async () => {
    const all = await Promise.all(
      Array.from({ length: 8 }, () => place(db, [lineOf('C', 2)], { checkoutId: 'chk_once' })),
    )
    assert.equal(new Set(all.map(({ id }) => id)).size, 1)
    const events = await db
      .selectFrom('order_event')
      .select('id')
      .where('order_id', '=', all[0]?.id ?? '')
      .where('type', '=', 'order.placed')
      .execute()
    assert.equal(events.length, 1)
  })
})
