import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { signatureHeaders } from '../src/carrier/signature.ts'
import { reportLost } from '../src/lost-parcels.ts'
import { lockShipment, readShipment } from '../src/shipment.ts'
import { type NewEvent, recordEvents } from '../src/tracking.ts'
import { address, factsAbout, type Logistics, openLogistics, SECRET, until } from './logistics.ts'

describe('shipments with carriers', () => {
  let tms: Logistics
  before(async () => {
    tms = await openLogistics()
  })
  after(() => tms.close())

  const portland = { ...address, city: 'Portland', region: 'OR', postal_code: '97214' }
  const track = (shipment_id: string) => tms.dispatcher.done('track_shipment', { shipment_id })
  const statusOf = async (id: string) => (await readShipment(tms.db, id)).status
  const delivered = (id: string) => until(`${id} is delivered`, async () => (await statusOf(id)) === 'delivered')
  const notify = (carrier: string, scans: object[], headers?: Record<string, string>) => {
    const body = JSON.stringify({ scans })
    return fetch(`${tms.url}/tms/webhooks/${carrier}`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...(headers ?? signatureHeaders(body, SECRET)) },
      body,
    })
  }

  it('are booked once for a reference, labelled once, and followed to the door', async () => {
    const args = {
      order_ref: 'ord_1',
      shipment_ref: 'wms-1',
      warehouse: 'WH-2',
      ship_to: portland,
      packages: [{ package_id: 'p1', weight_g: 1_200, lines: [{ sku: 'CAT-1001', qty: 2 }] }],
      declared_value_minor: 5_998,
    }
    const oms = tms.service('oms')
    const [first, again] = await Promise.all([oms.done('create_shipment', args), oms.done('create_shipment', args)])
    assert.equal(first.shipment_id, again.shipment_id)
    const { shipment_id } = first
    const labels = await Promise.all([oms.done('buy_label', { shipment_id }), oms.done('buy_label', { shipment_id })])
    assert.equal(labels[0].tracking_no, labels[1].tracking_no)
    await delivered(shipment_id)
    const seen = await track(shipment_id)
    assert.equal(seen.tracking_no, labels[0].tracking_no)
    assert.equal(seen.carrier, labels[0].carrier)
    assert.equal(seen.delivered_at, seen.last_scan_at)
    assert.deepEqual(await factsAbout(tms.db, shipment_id), ['shipment.picked_up.v1', 'shipment.delivered.v1'])
    const other = await oms.call('create_shipment', { ...args, ship_to: address })
    assert.deepEqual([other.status, other.body.code], [409, 'conflict'])
  })

  it('choose the cheapest rate that keeps the promise, and refuse one that is not offered', async () => {
    const { shipment_id } = await tms.dispatcher.done('create_shipment', {
      shipment_ref: 'rates-1',
      warehouse: 'WH-2',
      ship_to: portland,
      packages: [{}],
    })
    const { rates } = await tms.dispatcher.done('quote_rates', { shipment_id })
    const costs = rates.map(({ cost_minor }: { cost_minor: number }) => cost_minor)
    assert.deepEqual(
      costs,
      costs.toSorted((a: number, b: number) => a - b),
    )
    const expected = rates.find(({ keeps_promise }: { keeps_promise: boolean }) => keeps_promise)
    const gone = await tms.dispatcher.call('buy_label', { shipment_id, rate_id: 'northway.ground.1' })
    assert.equal(gone.body.code, 'conflict')
    const label = await tms.dispatcher.done('buy_label', { shipment_id })
    assert.equal(label.cost_minor, expected.cost_minor)
    assert.ok(!rates.some(({ own_fleet }: { own_fleet: boolean }) => own_fleet), 'Portland is not served')
  })

  it('reach the same state and tell the same facts in whatever order scans come, and however often', async () => {
    const at = (hour: number) => new Date(Date.parse('2026-11-01T08:00:00Z') + hour * 3_600_000)
    const told: NewEvent[] = (
      [
        'picked_up',
        'in_transit',
        'exception',
        'out_for_delivery',
        'failed_attempt',
        'out_for_delivery',
        'delivered',
      ] as const
    ).map((code, hour) => ({ source: 'parcelhop', sourceEventId: `${hour}`, code, occurredAt: at(hour) }))
    const outcomeOf = async (order: readonly NewEvent[], run: number) => {
      const { shipment_id: id } = await tms.dispatcher.done('create_shipment', {
        shipment_ref: `fold-${run}`,
        warehouse: 'WH-2',
        ship_to: portland,
        packages: [{}],
      })
      const own = order.map((event) => ({ ...event, sourceEventId: `${id}-${run}-${event.sourceEventId}` }))
      for (const event of own)
        await tms.db.transaction().execute(async (trx) => recordEvents(trx, await lockShipment(trx, id), [event]))
      const { status, last_scan_at, picked_up_at, delivered_at } = await readShipment(tms.db, id)
      const facts = (await factsAbout(tms.db, id)).sort()
      return { status, last_scan_at, picked_up_at, delivered_at, facts }
    }
    const expected = await outcomeOf(told, 0)
    assert.equal(expected.status, 'delivered')
    let run = 0
    await fc.assert(
      fc.asyncProperty(
        fc.shuffledSubarray(told, { minLength: told.length }),
        fc.array(fc.constantFrom(...told), { maxLength: 4 }),
        async (all, again) => {
          const outcome = await outcomeOf([...all, ...again], ++run)
          assert.deepEqual({ ...outcome, picked_up_at: null }, { ...expected, picked_up_at: null })
          assert.deepEqual(outcome.picked_up_at, expected.picked_up_at)
        },
      ),
      { numRuns: 8 },
    )
  })

  it('take notifications that are authentic, of consignments that are known, and no others', async () => {
    const shipment_id = await tms.shipment({ ship_to: portland }, 'northway')
    const { tracking_no } = await track(shipment_id)
    const scan = { id: 'n-1', tracking_no, status: 'at_depot', occurred_at: new Date().toISOString() }
    assert.equal((await notify('northway', [scan])).status, 200)
    assert.equal((await notify('northway', [scan])).status, 200)
    const { events } = await track(shipment_id)
    assert.equal(
      events.filter(({ code, source }: Record<string, string>) => code === 'in_transit' && source === 'northway')
        .length >= 1,
      true,
    )
    const { rows } = await sql<{ n: number }>`
      select count(*)::integer as n from tracking_event where source_event_id = 'n-1'`.execute(tms.db)
    assert.equal(rows[0]?.n, 1)
    assert.equal((await notify('northway', [{ ...scan, tracking_no: 'NO0000US' }])).status, 404)
    assert.equal((await notify('parcelhop', [scan])).status, 404, 'another carrier cannot speak of it')
    assert.equal((await notify('nobody', [scan])).status, 404)
    const wrong = signatureHeaders(JSON.stringify({ scans: [scan] }), 'another secret of some length')
    assert.equal((await notify('northway', [scan], wrong)).status, 400)
    assert.equal((await notify('northway', [scan], {})).status, 400)
    assert.equal((await notify('northway', [{ ...scan, status: 'flown' }])).status, 400)
  })

  it('report what is damaged, refused or silent', async () => {
    const damaged = await tms.shipment({ ship_to: { ...portland, line2: 'SIM DAMAGED' } }, 'northway')
    const refused = await tms.shipment({ ship_to: { ...portland, line2: 'SIM REFUSED' } }, 'northway')
    const lost = await tms.shipment({ ship_to: { ...portland, line2: 'SIM LOST' } }, 'northway')
    await delivered(damaged)
    assert.equal((await track(damaged)).exceptions[0].type, 'damage')
    await until('the refused one is back', async () => (await statusOf(refused)) === 'returned')
    const told = await until('all of it is told', async () => {
      const facts = await factsAbout(tms.db, refused)
      return facts.length > 2 && facts.sort()
    })
    assert.deepEqual(told, ['shipment.exception.v1', 'shipment.picked_up.v1', 'shipment.returned.v1'])
    await until('the silent one was scanned', async () => (await statusOf(lost)) === 'in_transit')
    await sql`update shipment set last_scan_at = now() - interval '8 days' where id = ${lost}`.execute(tms.db)
    await until(
      'it is reported',
      async () =>
        (await tms.db.transaction().execute(reportLost)).length > 0 ||
        (await readShipment(tms.db, lost)).lost_reported_at,
    )
    assert.ok((await factsAbout(tms.db, lost)).includes('shipment.lost_suspected.v1'))
    const { items } = await tms.dispatcher.done('list_exceptions', { severity: 'high' })
    const mine = items.find(({ shipment_id }: Record<string, string>) => shipment_id === lost)
    assert.equal(mine.type, 'missing')
    const ended = await tms.dispatcher.done('resolve_exception', {
      exception_id: mine.exception_id,
      resolution: 'declare_lost',
    })
    assert.equal(ended.shipment_status, 'lost')
    const other = await tms.dispatcher.call('resolve_exception', {
      exception_id: mine.exception_id,
      resolution: 'no_issue',
    })
    assert.equal(other.body.code, 'conflict')
  })

  it('arrive parcel by parcel: one that is lost keeps the shipment from being delivered until somebody says so', async () => {
    const { shipment_id } = await tms.dispatcher.done('create_shipment', {
      ...{ shipment_ref: 'half-lost', warehouse: 'WH-2', ship_to: { ...portland, line2: 'SIM LOST' } },
      packages: [{ lines: [{ sku: 'CAT-1001', qty: 2 }] }, { lines: [{ sku: 'CAT-1002', qty: 1 }] }],
    })
    const { rates } = await tms.dispatcher.done('quote_rates', { shipment_id, services: ['ground'] })
    const { rate_id } = rates.find(({ carrier }: { carrier: string }) => carrier === 'northway')
    await tms.dispatcher.done('buy_label', { shipment_id, rate_id })
    const states = async () => (await track(shipment_id)).parcels.map(({ status }: { status: string }) => status)
    await until('one parcel is there', async () => (await states())[0] === 'delivered')
    assert.deepEqual(await states(), ['delivered', 'in_transit'])
    assert.equal(await statusOf(shipment_id), 'in_transit')
    const { body } = await tms.dispatcher.once('report_exception', { shipment_id, type: 'missing' })
    await tms.dispatcher.done('resolve_exception', { exception_id: body.exception_id, resolution: 'declare_lost' })
    assert.deepEqual(await states(), ['delivered', 'lost'])
    const { rows } = await sql<{ lines: unknown }>`
      select input -> 'data' -> 'lines' as lines from saga where kind = 'report_fact' and subject = ${shipment_id}
      and input ->> 'type' = 'shipment.delivered.v1'`.execute(tms.db)
    assert.deepEqual(rows, [{ lines: [{ sku: 'CAT-1001', qty: 2 }] }])
  })

  it('ask for a confirmation before goods are sent twice', async () => {
    const id = await tms.shipment({ ship_to: portland, declared_value_minor: 900 })
    const { exception_id } = (
      await tms.dispatcher.once('report_exception', { shipment_id: id, type: 'missing', note: 'Empty box' })
    ).body
    const { body } = await tms.dispatcher.call('resolve_exception', { exception_id, resolution: 'reship' })
    assert.deepEqual([body.status, body.tier], ['pending_approval', 'A1'])
    const { body: asked } = await tms.dispatcher.call('get_approval', { approval_id: body.approval_id })
    assert.match(asked.summary_untrusted, new RegExp(`^Resolve exception: missing of shipment ${id}`))
    assert.deepEqual(asked.changes_untrusted[0], { what: 'Exception', before: 'open', after: 'reship' })
  })
})

describe('labels and interceptions', () => {
  let tms: Logistics
  before(async () => {
    tms = await openLogistics({ dayMs: 3_600_000 })
  })
  after(() => tms.close())

  it('give an unused label back once, and buy another', async () => {
    const shipment_id = await tms.shipment({}, 'northway')
    const { tracking_no, label } = await tms.dispatcher.done('track_shipment', { shipment_id })
    const voids = await Promise.all([1, 2].map(() => tms.dispatcher.done('void_label', { tracking_no })))
    for (const back of voids) assert.deepEqual([back.status, back.refund_minor], ['voided', label.cost_minor])
    const next = await tms.dispatcher.done('buy_label', { shipment_id })
    assert.notEqual(next.tracking_no, tracking_no)
  })

  it('stick on each parcel, and all are given back together', async () => {
    const { shipment_id } = await tms.dispatcher.done('create_shipment', {
      ...{ shipment_ref: 'two-parcels', warehouse: 'WH-2', ship_to: address },
      packages: [{ package_id: 'a' }, { package_id: 'b' }],
    })
    const { parcels, tracking_no } = await tms.dispatcher.done('buy_label', { shipment_id })
    const numbers = parcels.map((parcel: { tracking_no: string }) => parcel.tracking_no)
    assert.equal(new Set(numbers).size, 2)
    assert.equal(numbers[0], tracking_no)
    const seen = await tms.dispatcher.done('track_shipment', { tracking_no: numbers[1] })
    assert.deepEqual(
      seen.parcels.map((parcel: Record<string, string>) => [parcel.package_id, parcel.tracking_no]),
      [
        ['a', numbers[0]],
        ['b', numbers[1]],
      ],
    )
    assert.equal((await tms.dispatcher.done('void_label', { tracking_no: numbers[1] })).status, 'voided')
    assert.equal((await tms.dispatcher.done('track_shipment', { shipment_id })).label.status, 'voided')
  })

  it('stop what has not left, and turn back what the carrier has', async () => {
    const oms = tms.service('oms')
    const [waiting, moving] = [await tms.shipment({}, 'northway'), await tms.shipment({}, 'northway')]
    const stopped = await oms.done('intercept_shipment', { shipment_id: waiting, reason: 'Cancelled' })
    assert.deepEqual([stopped.intercepted, stopped.status], [true, 'voided'])
    assert.deepEqual(await oms.done('intercept_shipment', { shipment_id: waiting, reason: 'Cancelled' }), stopped)
    await sql`
      update simulated_scan set due_at = now(), body = jsonb_set(body, '{occurred_at}', to_jsonb(
        to_char(now() at time zone 'utc' - interval '1 second', 'YYYY-MM-DD"T"HH24:MI:SS.MS"Z"')))
      where body ->> 'status' = 'collected' and tracking_no =
        (select p.tracking_no from parcel_label p join label l on l.id = p.label_id where l.shipment_id = ${moving})`.execute(
      tms.db,
    )
    await until('it is picked up', async () => (await readShipment(tms.db, moving)).status === 'picked_up')
    const turned = await oms.done('intercept_shipment', { shipment_id: moving, reason: 'Cancelled' })
    assert.equal(turned.intercepted, true)
    const person = await tms.dispatcher.call('intercept_shipment', { shipment_id: moving, reason: 'x' })
    assert.equal(person.status, 404, 'the tool is for services alone')
  })

  it('fetch a return: one shipment a return, a label, and somebody who comes for it', async () => {
    const rma = tms.service('rma')
    const args = {
      direction: 'return',
      rma_number: 'RMA-2026-000001',
      order_ref: 'ord_9',
      warehouse: 'WH-2',
      ship_to: { ...address, city: 'Portland', region: 'OR', postal_code: '97214' },
      packages: [{ lines: [{ sku: 'CAT-1001', qty: 1 }] }],
    }
    const { shipment_id } = await rma.done('create_shipment', args)
    assert.equal((await rma.done('create_shipment', args)).shipment_id, shipment_id)
    const early = await rma.call('schedule_pickup', { rma_number: args.rma_number })
    assert.equal(early.body.code, 'invalid_transition')
    await rma.done('buy_label', { shipment_id })
    const booked = await rma.done('schedule_pickup', { rma_number: args.rma_number })
    assert.deepEqual([booked.status, booked.shipment_id], ['confirmed', shipment_id])
    assert.match(booked.booking_ref, /^PU-/)
    const seen = await tms.dispatcher.done('track_shipment', { shipment_id })
    assert.equal(seen.ship_from_untrusted.city, 'Portland')
    assert.equal(seen.ship_to_untrusted.city, 'Columbus')
  })

  it('name what is wrong with a request', async () => {
    const { dispatcher } = tms
    const base = { shipment_ref: 'bad', warehouse: 'WH-2', ship_to: address, packages: [{}] }
    const codeOf = async (tool: string, args: object) => {
      const { body } = await dispatcher.once(tool, args)
      return [body.code, body.message] as const
    }
    const expectations: [string, object, string, RegExp][] = [
      ['create_shipment', { ...base, warehouse: 'WH-9' }, 'not_found', /DEP-1 \(WH-1\)/],
      ['create_shipment', { ...base, service_level: 'teleport' }, 'not_found', /standard/],
      ['create_shipment', { ...base, shipment_ref: undefined }, 'invalid_argument', /shipment_ref/],
      ['create_shipment', { ...base, direction: 'return' }, 'invalid_argument', /rma_number/],
      ['create_shipment', { ...base, ship_to: { ...address, country: 'USA' } }, 'invalid_argument', /ISO 3166/],
      ['create_shipment', { ...base, packages: [] }, 'invalid_argument', /packages/],
      [
        'create_shipment',
        { ...base, window: { from: '2020-01-01T10:00:00Z', to: '2020-01-01T12:00:00Z' } },
        'invalid_argument',
        /over/,
      ],
      ['buy_label', { shipment_id: 'cns_none' }, 'not_found', /no shipment/],
      ['track_shipment', {}, 'invalid_argument', /one of/],
      ['track_shipment', { tracking_no: 'XX000' }, 'not_found', /tracking number/],
      ['void_label', { tracking_no: 'XX000' }, 'not_found', /tracking number/],
      ['quote_rates', { from: 'WH-2' }, 'invalid_argument', /shipment_id/],
      ['schedule_pickup', {}, 'invalid_argument', /rma_number/],
      ['schedule_pickup', { rma_number: 'RMA-0' }, 'not_found', /RMA-0/],
      ['geocode_address', { city: 'Columbus' }, 'invalid_argument', /region/],
      ['report_exception', { shipment_id: 'cns_none', type: 'damage' }, 'not_found', /no shipment/],
      ['resolve_exception', { exception_id: 'exc_none', resolution: 'no_issue' }, 'not_found', /no exception/],
      ['get_driver', { driver_id: 'drv-99' }, 'not_found', /drv-01/],
      ['list_drivers', { depot: 'DEP-9' }, 'not_found', /DEP-1/],
      ['optimize_routes', { depot: 'DEP-2', date: '2020-01-01' }, 'invalid_argument', /past/],
      ['optimize_routes', { depot: 'DEP-2', shipments: ['cns_none'] }, 'invalid_argument', /does not exist/],
      ['get_route_plan', { plan_id: 'plan_none' }, 'not_found', /no plan/],
      ['approve_route_plan', { plan_id: 'plan_none' }, 'not_found', /no plan/],
      ['dispatch_route', { route_id: 'rte_none' }, 'not_found', /no route/],
      ['reassign_stop', { stop_id: 'stp_none', driver_id: 'drv-01' }, 'not_found', /no stop/],
    ]
    for (const [tool, args, code, message] of expectations) {
      const read = ['track_shipment', 'quote_rates', 'geocode_address', 'get_driver', 'list_drivers', 'get_route_plan']
      const [found, said] = read.includes(tool)
        ? await dispatcher.call(tool, args).then(({ body }) => [body.code, body.message] as const)
        : await codeOf(tool, args)
      assert.equal(found, code, `${tool} ${JSON.stringify(args)}: ${said}`)
      assert.match(said, message, tool)
    }
  })

  it('find addresses offline, and who delivers there', async () => {
    const { candidates } = await tms.dispatcher.done('geocode_address', { postal_code: '45202' })
    assert.deepEqual(
      [candidates[0].city, candidates[0].quality, candidates[0].served_by],
      ['Cincinnati', 'postal_code', ['DEP-2']],
    )
    const city = await tms.dispatcher.done('geocode_address', { city: 'Columbus', region: 'Ohio' })
    assert.equal(city.candidates[0].quality, 'city')
    assert.deepEqual((await tms.dispatcher.done('geocode_address', { postal_code: '00000' })).candidates, [])
  })
})
