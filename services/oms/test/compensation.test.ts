import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { BusinessError } from '@backroom/mcp-service'
import fc from 'fast-check'
import type { Kysely } from 'kysely'
import { planCuts } from '../src/cancellation.ts'
import { bookCompensation, type Given, type Owed } from '../src/compensation.ts'
import type { Tables } from '../src/database-tables.ts'
import { drawEntitlement, releaseDraw, settleDraw, shrinkDraw } from '../src/entitlement.ts'
import { placeUnits } from '../src/fulfillment.ts'
import { recordMoney } from '../src/money-movement.ts'
import { confirmOrder, lockOrder } from '../src/order.ts'
import { linesOf } from '../src/order-line.ts'
import { setStatus } from '../src/order-status.ts'
import { applyShipment, deliverShipment } from '../src/shipment.ts'
import { cutUnits, settleCuts } from '../src/workflows/cut-units.ts'
import { differences, lineOf, openDatabase, place } from './orders.ts'

const UNITS = 5
const SENT = 3

describe('what returns, claims, cancellations and goodwill give for an order', () => {
  let opened: Awaited<ReturnType<typeof openDatabase>>
  let db: Kysely<Tables>
  before(async () => {
    opened = await openDatabase()
    db = opened.db
  })
  after(() => opened.database.drop())

  /** An order of two lines, three of five units of each delivered and paid. */
  const partlyDelivered = async (): Promise<string> => {
    const { id } = await place(db, [lineOf('A', UNITS, 333, 2), lineOf('B', UNITS, 1_000, 0)])
    await db.transaction().execute(async (trx) => {
      const confirmed = await confirmOrder(trx, await lockOrder(trx, id), 'test')
      const lines = ['A', 'B'].map((sku) => ({ sku, qty: SENT, warehouse: 'WH-1' }))
      await placeUnits(trx, confirmed, lines)
      const working = await setStatus(trx, await lockOrder(trx, id), 'processing')
      const parcel = { shipmentRef: `shp_${id}`, warehouse: 'WH-1', lines, at: new Date() }
      const { shipment } = await applyShipment(trx, working, parcel)
      const amountMinor = shipment.capture_minor ?? 0
      const money = { kind: 'captured', source: 'shipment', sourceId: shipment.shipment_ref, amountMinor } as const
      await recordMoney(trx, await lockOrder(trx, id), money)
      await deliverShipment(trx, await lockOrder(trx, id), shipment.shipment_ref, new Date())
    })
    return id
  }

  interface Act {
    verb: 'return' | 'claim' | 'goodwill' | 'shrink' | 'pay' | 'release' | 'cancel'
    line: number
    number: string
    qty: number
    /** What is paid of a draw, in hundredths. */
    share: number
  }
  const act: fc.Arbitrary<Act> = fc.record({
    verb: fc.constantFrom(
      'return',
      'return',
      'claim',
      'claim',
      'goodwill',
      'shrink',
      'pay',
      'pay',
      'release',
      'cancel',
    ),
    line: fc.nat(1),
    number: fc.constantFrom('1', '2', '3'),
    qty: fc.integer({ min: 1, max: 4 }),
    share: fc.integer({ min: 0, max: 100 }),
  })

  let counter = 0
  const run = (orderId: string, { verb, line: index, number, qty, share }: Act) =>
    db
      .transaction()
      .execute(async (trx) => {
        const order = await lockOrder(trx, orderId)
        const line = (await linesOf(trx, [orderId]))[index]
        assert.ok(line)
        const of = (source: 'rma' | 'claim' | 'goodwill') => ({
          ...{ orderLineId: line.id, source, sourceId: `${orderId}-${number}` },
        })
        switch (verb) {
          case 'return':
            return void (await drawEntitlement(trx, { ...of('rma'), qty, deliveredOnly: true, actor: 'test' }))
          case 'claim':
            return void (await drawEntitlement(trx, { ...of('claim'), qty, minor: share * 10 + 1, actor: 'test' }))
          case 'goodwill':
            await drawEntitlement(trx, { ...of('goodwill'), qty: 0, minor: share + 1, actor: 'test' })
            return void (await settleDraw(trx, of('goodwill')))
          case 'shrink':
            return void (await shrinkDraw(trx, of('rma'), qty))
          case 'release':
            return void (await releaseDraw(trx, of(share < 50 ? 'rma' : 'claim')))
          case 'pay':
            return pay(trx, orderId, of(share < 50 ? 'rma' : 'claim'), share)
          case 'cancel': {
            const cuts = await planCuts(trx, order, [{ orderLineId: line.id, qty }])
            const sourceId = `${orderId}-cancel-${counter++}`
            const cause = { reason: 'test', sourceId, actor: 'test', tellCustomer: true }
            await cutUnits(trx, order, cuts, cause)
            return settleCuts(trx, orderId, sourceId)
          }
        }
      })
      .catch((error) => assert.ok(error instanceof BusinessError, String(error)))

  /** Gives what a return or claim has drawn for a line, or a part of it, in one of three ways. */
  async function pay(
    trx: Kysely<Tables>,
    orderId: string,
    key: { orderLineId: string; source: 'rma' | 'claim' | 'goodwill'; sourceId: string },
    share: number,
  ): Promise<void> {
    const draw = await trx
      .selectFrom('entitlement_draw')
      .selectAll()
      .where('order_line_id', '=', key.orderLineId)
      .where('source', '=', key.source)
      .where('source_id', '=', key.sourceId)
      .executeTakeFirst()
    if (!draw || key.source === 'goodwill') return
    const minor = Math.floor((draw.minor * share) / 100)
    const owed: Owed = {
      ...{ source: key.source, sourceId: `paid_${counter++}`, number: key.sourceId, orderId, customerId: 'cust-t' },
      ...{ amountMinor: minor, currency: 'USD' },
      lines: [{ orderLineId: key.orderLineId, sku: 'A', qty: draw.qty, drawId: draw.id, minor }],
    }
    const kind = (['refund', 'store_credit', 'replacement'] as const)[share % 3] ?? 'refund'
    const given: Given[] = [{ kind, parts: [minor] }]
    await bookCompensation(trx, owed, given)
  }

  it('is never more units or money than were sold, in whatever order and however parallel it happens', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(act, { maxLength: 25 }), fc.boolean(), async (acts, atOnce) => {
        const orderId = await partlyDelivered()
        if (atOnce) await Promise.all(acts.map((each) => run(orderId, each)))
        else for (const each of acts) await run(orderId, each)
        for (const line of await linesOf(db, [orderId])) {
          const draws = await db
            .selectFrom('entitlement_draw')
            .selectAll()
            .where('order_line_id', '=', line.id)
            .where('state', '!=', 'released')
            .execute()
          const given = await db.selectFrom('compensation').selectAll().where('order_line_id', '=', line.id).execute()
          const units = draws.reduce((sum, { qty }) => sum + qty, 0)
          const money = draws.reduce((sum, { minor }) => sum + minor, 0)
          assert.ok(units <= line.qty_ordered, `${units} of ${line.qty_ordered} units`)
          assert.ok(money <= line.paid_minor, `${money} of ${line.paid_minor}`)
          const returned = draws.filter(({ source }) => source === 'rma').reduce((sum, { qty }) => sum + qty, 0)
          assert.ok(returned <= line.qty_delivered, `${returned} of ${line.qty_delivered} delivered units`)
          const paid = given.reduce((sum, { minor }) => sum + minor, 0)
          assert.ok(paid <= money, `${paid} given for ${money} drawn`)
        }
        assert.deepEqual(await differences(db), [])
      }),
      { numRuns: 20 },
    )
  })

  it('takes what came back in money off what is owed, and pays a later part of an advance on the same draw', async () => {
    const orderId = await partlyDelivered()
    const [line] = await linesOf(db, [orderId])
    assert.ok(line)
    const key = { orderLineId: line.id, source: 'rma', sourceId: 'RMA-1' } as const
    const draw = await db
      .transaction()
      .execute((trx) => drawEntitlement(trx, { ...key, qty: 2, deliveredOnly: true, actor: 'test' }))
    assert.equal(draw.minor, 666)
    for (const [sourceId, minor] of [
      ['res_advance', 300],
      ['res_rest', 366],
    ] as const) {
      const part = { orderLineId: line.id, sku: 'A', qty: 2, drawId: draw.id, minor }
      const owed = { source: 'rma', sourceId, number: 'RMA-1', orderId, customerId: 'cust-t' } as const
      await db
        .transaction()
        .execute((trx) =>
          bookCompensation(trx, { ...owed, amountMinor: minor, currency: 'USD', lines: [part] }, [
            { kind: 'refund', parts: [minor] },
          ]),
        )
    }
    const order = await db.selectFrom('orders').selectAll().where('id', '=', orderId).executeTakeFirstOrThrow()
    assert.deepEqual([order.refunded_minor, order.grand_minor - order.due_minor], [666, 666])
    assert.equal(order.payment_status, 'partially_refunded')
    assert.deepEqual(await differences(db), [])
  })
})
