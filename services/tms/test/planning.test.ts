import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { daysAfter } from '@backroom/calendar'
import { sql } from 'kysely'
import { momentIn } from '../src/day.ts'
import { readPlan } from '../src/plan.ts'
import { type DepotDay, depotDay, type Route, type Stop } from './depot-day.ts'
import { type Logistics, openLogistics, TOMORROW, until } from './logistics.ts'

describe('the plan of a day', () => {
  let tms: Logistics
  let day: DepotDay
  before(async () => {
    tms = await openLogistics()
    day = depotDay(tms)
  })
  after(() => tms.close())

  it('is proposed within every rule, and compared with no planning', async () => {
    const proposal = await day.plan()
    assert.equal(proposal.status, 'proposed')
    assert.equal(proposal.figures.stops + proposal.unassigned.length, 8)
    assert.equal(proposal.baseline.kind, 'first_come')
    assert.equal(proposal.baseline.stops + proposal.baseline.unassigned, 8)
    assert.ok(proposal.savings.cost_minor >= 0, 'not worse than no planning')
    assert.equal(proposal.savings.distance_m, proposal.baseline.distance_m - proposal.figures.distance_m)
    const { problem } = (await readPlan(tms.db, proposal.plan_id)).problem
    assert.ok(problem.vehicles.length >= 2)
    const svg = await tms.dispatcher.mcp('resources/read', { uri: proposal.map_uri })
    assert.equal(svg.contents[0].mimeType, 'image/svg+xml')
    assert.match(svg.contents[0].text, /^<svg [\s\S]*<polyline[\s\S]*<\/svg>$/)
    const { tools } = await tms.dispatcher.mcp('tools/list')
    const { ui } = tools.find(({ name }: { name: string }) => name === 'get_route_plan')._meta
    const [page] = (await tms.dispatcher.mcp('resources/read', { uri: ui.resourceUri })).contents
    assert.equal(page.mimeType, 'text/html;profile=mcp-app')
    assert.deepEqual(page._meta, { ui: { prefersBorder: true } })
  })

  it('is the same for the same seed', async () => {
    const wayOf = async ({ plan_id }: { plan_id: string }) => {
      const { rows } = await sql<{ driver_id: string; shipment_id: string }>`
        select r.driver_id, t.shipment_id from route r join stop t on t.route_id = r.id where r.plan_id = ${plan_id}
        order by r.driver_id, t.seq`.execute(tms.db)
      return rows
    }
    const twice = [await day.plan({ seed: 7, time_budget_s: 20 }), await day.plan({ seed: 7, time_budget_s: 20 })]
    const [first, second] = await Promise.all(twice.map(wayOf))
    assert.deepEqual(first, second)
  })

  it('is for today or a day within a year', async () => {
    for (const date of [daysAfter(TOMORROW, -3), daysAfter(TOMORROW, 400)]) {
      const { body } = await tms.dispatcher.once('optimize_routes', { depot: 'DEP-2', date })
      assert.equal(body.code, 'invalid_argument', JSON.stringify(body))
      assert.match(body.message, /past|ahead/)
    }
  })

  it('says why a shipment has no route', async () => {
    const crane = await tms.shipment({ skills: ['crane'] }, 'own_fleet')
    const heavy = Array.from({ length: 8 }, () => ({ weight_g: 190_000 }))
    await sql`update approval_limit set limit_minor = 50000 where tool = 'buy_label'`.execute(tms.db)
    const far = await tms.shipment({ coordinates: { latitude: 40.1, longitude: -83.1 }, packages: heavy }, 'own_fleet')
    const { unassigned } = await day.plan({ shipments: [crane, far] })
    const codes = new Map(unassigned.map(({ shipment_id, code }: Record<string, string>) => [shipment_id, code]))
    assert.equal(codes.get(crane), 'skills')
    assert.equal(codes.get(far), 'capacity')
    for (const { explanation } of unassigned) assert.ok(explanation.length > 10)
  })

  it('is stopped by a cancellation, and tells how far the search is until then', async () => {
    await manyMore('DEP-1', 250)
    const answer = tms.dispatcher.once('optimize_routes', { depot: 'DEP-1', date: TOMORROW, time_budget_s: 60 })
    const plan_id = await until('the search tells how far it is', async () => {
      const row = await tms.db
        .selectFrom('route_plan')
        .select(['id', 'progress'])
        .where('depot_id', '=', 'DEP-1')
        .where('status', '=', 'optimising')
        .executeTakeFirst()
      return row?.progress && row.id
    })
    const ended = await tms.dispatcher.done('cancel_optimization', { plan_id })
    assert.equal(ended.status, 'cancelled')
    assert.ok(ended.progress.elapsed_ms > 0)
    assert.equal((await answer).body.status, 'cancelled')
    const { body } = await tms.dispatcher.call('approve_route_plan', { plan_id })
    assert.equal(body.code, 'invalid_transition')
  })

  it('is approved by one of two who approve at once, and takes its shipments once', async () => {
    const [a, b] = [await day.plan(), await day.plan({ seed: 2 })]
    const all = await Promise.all(
      [a, a, b].map(({ plan_id, version }) =>
        tms.dispatcher.call('approve_route_plan', { plan_id, expected_version: version }),
      ),
    )
    const approved = all.filter(({ status }) => status === 200).map(({ body }) => body.plan_id)
    assert.equal(new Set(approved).size, 1, JSON.stringify(all.map(({ body }) => body.code)))
    const live = await tms.db.selectFrom('stop').select('shipment_id').where('status', '=', 'scheduled').execute()
    assert.equal(new Set(live.map(({ shipment_id }) => shipment_id)).size, live.length)
    await day.clear()
  })

  it('comes on top of what its day goes by already, and is compared with it', async () => {
    const [first, second] = await day.shipments(2)
    const lock = (shipment_id: string | undefined, driver_id: string) => ({
      shipments: [shipment_id],
      lock: [{ shipment_id, driver_id }],
    })
    const today = await day.plan(lock(first, 'drv-03'))
    await tms.dispatcher.done('approve_route_plan', { plan_id: today.plan_id })
    const more = await day.plan(lock(second, 'drv-04'))
    assert.deepEqual(more.day_already.plan_ids, [today.plan_id])
    assert.deepEqual([more.day_already.stops, more.day_already.distance_m], [1, today.figures.distance_m])
    const { plans, moves } = await tms.dispatcher.done('compare_plans', { plan_ids: [more.plan_id] })
    assert.deepEqual(
      plans.map(({ plan_id }: { plan_id: string }) => plan_id),
      [today.plan_id, more.plan_id],
    )
    assert.deepEqual(moves, [
      { plan_id: more.plan_id, shipment_id: first, from_driver: 'drv-03', to_driver: null },
      { plan_id: more.plan_id, shipment_id: second, from_driver: null, to_driver: 'drv-04' },
    ])
    await day.clear()
  })

  it('keeps to windows and takes returns along', async () => {
    const window = {
      from: momentIn('America/New_York', TOMORROW, '11:00').toISOString(),
      to: momentIn('America/New_York', TOMORROW, '12:00').toISOString(),
    }
    const timed = await tms.shipment({ window, coordinates: { latitude: 39.99, longitude: -82.95 } }, 'own_fleet')
    const back = await tms.dispatcher.done('create_shipment', {
      direction: 'return',
      rma_number: 'RMA-2026-000777',
      warehouse: 'WH-2',
      ship_to: { name: 'A', line1: 'B', city: 'Columbus', region: 'OH', postal_code: '43207', country: 'US' },
      packages: [{}],
    })
    const { rates } = await tms.dispatcher.done('quote_rates', { shipment_id: back.shipment_id, services: ['local'] })
    await tms.dispatcher.done('buy_label', { shipment_id: back.shipment_id, rate_id: rates[0].rate_id })
    await tms.dispatcher.done('schedule_pickup', { shipment_id: back.shipment_id })
    const proposal = await day.plan({ shipments: [timed, back.shipment_id] })
    assert.deepEqual(proposal.unassigned, [])
    const routes = proposal.routes as Route[]
    const stops: Stop[] = (await Promise.all(routes.map(({ route_id }) => day.stopsOf(route_id)))).flat()
    const eta = stops.find(({ shipment_id }) => shipment_id === timed)?.eta as string
    assert.ok(eta >= window.from && eta <= window.to, eta)
    await tms.dispatcher.done('approve_route_plan', { plan_id: proposal.plan_id })
    for (const { route_id, driver_id } of routes) {
      await day.driveAs(driver_id)
      await tms.dispatcher.done('dispatch_route', { route_id })
      await day.complete(await day.stopsOf(route_id))
    }
    assert.equal(await day.statusOf(back.shipment_id), 'delivered')
    const { rows } = await sql<{ data: Record<string, unknown> }>`
      select input -> 'data' as data from saga where kind = 'report_fact' and subject = ${back.shipment_id}
      and input ->> 'type' = 'shipment.delivered.v1'`.execute(tms.db)
    assert.deepEqual([rows[0]?.data.direction, rows[0]?.data.rma_number], ['return', 'RMA-2026-000777'])
  })

  /** As many shipments more as wait at a depot, all around it. */
  async function manyMore(depot: string, count: number): Promise<void> {
    await sql`
      insert into shipment select (jsonb_populate_record(null::shipment, to_jsonb(s) || jsonb_build_object('id', s.id || '-' || n,
        'shipment_ref', s.shipment_ref || '-' || n, 'latitude', s.latitude + sin(n) / 5, 'longitude', s.longitude + cos(n * 7) / 4))).*
      from shipment s, generate_series(1, ${count}::integer) n
      where s.id = (select min(id) from shipment where depot_id = ${depot} and status = 'labelled')`.execute(tms.db)
  }
})
