import assert from 'node:assert/strict'
import { createHash } from 'node:crypto'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { momentIn } from '../src/day.ts'
import { hoursRuleOf, hoursUsed } from '../src/hours.ts'
import { readPlan } from '../src/plan.ts'
import { readShipment } from '../src/shipment.ts'
import { factsAbout, type Logistics, openLogistics, TOMORROW, until } from './logistics.ts'

const sha256 = (text: string) => createHash('sha256').update(text).digest('hex')
const proof = (text: string) => ({ kind: 'signature', sha256: sha256(text), recipient: 'J. Keller' })

interface Stop {
  stop_id: string
  shipment_id: string
  seq: number
  status: string
  version: number
}
interface Route {
  route_id: string
  driver_id: string
  vehicle_id: string
  stops: number
  version: number
}

describe('the day of a depot', () => {
  let tms: Logistics
  before(async () => {
    tms = await openLogistics()
  })
  after(() => tms.close())

  const plan = (more: object = {}) =>
    tms.dispatcher.done('optimize_routes', {
      depot: 'DEP-2',
      date: TOMORROW,
      time_budget_s: 1,
      ...more,
      force_new: true,
    })
  const stopsOf = async (route_id: string): Promise<Stop[]> =>
    (await tms.dispatcher.done('get_route', { route_id })).stop_list
  const statusOf = async (id: string) => (await readShipment(tms.db, id)).status
  const driveAs = async (driver: string) => {
    await sql`update driver set account = null`.execute(tms.db)
    await sql`update driver set account = 'staff-driver' where id = ${driver}`.execute(tms.db)
  }
  /** Takes every route of a day away, so that the next test starts with free crews. */
  const clearDay = async () => {
    await sql`update stop t set status = 'cancelled' from route r where r.id = t.route_id and r.day = ${TOMORROW}`.execute(
      tms.db,
    )
    await sql`update route set status = 'cancelled' where day = ${TOMORROW}`.execute(tms.db)
    await sql`update shipment set status = 'labelled' where carrier_id = 'own_fleet' and status in ('planned', 'ready')
      and not exists (select from stop t where t.shipment_id = shipment.id and t.status = 'scheduled')`.execute(tms.db)
  }

  it('is proposed within every rule, and compared with the day as it is', async () => {
    const proposal = await plan()
    assert.equal(proposal.status, 'proposed')
    assert.equal(proposal.figures.stops + proposal.unassigned.length >= 8, true)
    assert.equal(proposal.baseline.kind, 'first_come')
    assert.ok(proposal.figures.distance_m <= proposal.baseline.distance_m, 'not worse than no planning')
    const { problem } = (await readPlan(tms.db, proposal.plan_id)).problem
    assert.ok(problem.vehicles.length >= 2)
    const svg = await tms.dispatcher.mcp('resources/read', { uri: proposal.map_uri })
    assert.equal(svg.contents[0].mimeType, 'image/svg+xml')
    assert.match(svg.contents[0].text, /^<svg [\s\S]*<polyline[\s\S]*<\/svg>$/)
  })

  it('says why a shipment has no route', async () => {
    const cold = await tms.shipment({ skills: ['crane'] }, 'own_fleet')
    const heavy = Array.from({ length: 8 }, () => ({ weight_g: 190_000 }))
    await sql`update approval_limit set limit_minor = 50000 where tool = 'buy_label'`.execute(tms.db)
    const far = await tms.shipment({ coordinates: { latitude: 40.1, longitude: -83.1 }, packages: heavy }, 'own_fleet')
    const { unassigned } = await plan({ shipments: [cold, far] })
    const codes = new Map(unassigned.map(({ shipment_id, code }: Record<string, string>) => [shipment_id, code]))
    assert.equal(codes.get(cold), 'skills')
    assert.equal(codes.get(far), 'capacity')
    for (const { explanation } of unassigned) assert.ok(explanation.length > 10)
  })

  it('is stopped by a cancellation, and tells how far the search is until then', async () => {
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
    const [a, b] = [await plan(), await plan({ seed: 2 })]
    const both = await Promise.all(
      [a, a, b].map(({ plan_id, version }) =>
        tms.dispatcher.call('approve_route_plan', { plan_id, expected_version: version }),
      ),
    )
    assert.equal(
      both.filter(({ status }) => status === 200).length,
      1,
      JSON.stringify(both.map(({ body }) => body.code)),
    )
    const live = await tms.db.selectFrom('stop').select('shipment_id').where('status', '=', 'scheduled').execute()
    assert.equal(new Set(live.map(({ shipment_id }) => shipment_id)).size, live.length)
    await clearDay()
  })

  it('is driven stop by stop to the door, with one proof a stop', async () => {
    const tokens = tms.driver
    const proposal = await plan({ objective: 'vehicles' })
    await tms.dispatcher.done('approve_route_plan', { plan_id: proposal.plan_id, expected_version: proposal.version })
    const [route] = proposal.routes as Route[]
    assert.ok(route)
    const { route_id } = route
    if (route.driver_id !== 'drv-03') {
      const theirs = (proposal.routes as Route[]).find(({ driver_id }) => driver_id === 'drv-03')
      if (!theirs) await tms.dispatcher.done('assign_driver', { route_id, driver_id: 'drv-03' })
    }
    const own = (await tms.dispatcher.done('list_routes', { date: TOMORROW, driver_id: 'drv-03' })).items[0] as Route
    const early = await tokens.call('update_stop_status', {
      stop_id: (await stopsOf(own.route_id))[0]?.stop_id,
      status: 'en_route',
    })
    assert.equal(early.body.code, 'invalid_transition')
    const manifest = await tms.dispatcher.done('dispatch_route', { route_id: own.route_id })
    assert.equal(manifest.status, 'dispatched')
    const stops = manifest.stop_list as Stop[]
    const [first, ...rest] = stops
    assert.ok(first)
    await tokens.done('update_stop_status', {
      stop_id: first.stop_id,
      status: 'en_route',
      position: { latitude: 40, longitude: -83 },
    })
    for (const { shipment_id } of stops) assert.equal(await statusOf(shipment_id), 'out_for_delivery')
    await tokens.done('update_stop_status', { stop_id: first.stop_id, status: 'arrived' })
    const bare = await tokens.call('update_stop_status', { stop_id: first.stop_id, status: 'completed' })
    assert.match(bare.body.message, /proof/)
    const given = await Promise.all(
      ['a', 'a', 'b'].map((text) =>
        tokens.call('record_proof_of_delivery', { stop_id: first.stop_id, ...proof(text) }),
      ),
    )
    const kept = given.filter(({ status }) => status === 200).map(({ body }) => body.proof_id)
    assert.equal(new Set(kept).size, 1)
    assert.ok(given.some(({ body }) => body.code === 'conflict'))
    const done = await tokens.done('update_stop_status', { stop_id: first.stop_id, status: 'completed' })
    assert.equal(done.shipment_status, 'delivered')
    assert.deepEqual(await factsAbout(tms.db, first.shipment_id), ['shipment.picked_up.v1', 'shipment.delivered.v1'])
    const [failing, ...others] = rest
    if (failing) {
      const unnamed = await tokens.call('update_stop_status', { stop_id: failing.stop_id, status: 'failed' })
      assert.match(unnamed.body.message, /reason/)
      const failed = await tokens.done('update_stop_status', {
        stop_id: failing.stop_id,
        status: 'failed',
        reason: 'not_home',
      })
      assert.equal(failed.shipment_status, 'failed_attempt')
    }
    for (const { stop_id } of others)
      await tokens.done('update_stop_status', { stop_id, status: 'completed', proof: proof(stop_id) })
    const ended = await tms.dispatcher.done('get_route', { route_id: own.route_id })
    assert.equal(ended.status, 'completed')
    assert.deepEqual(
      ended.last_position && [ended.last_position.latitude, ended.last_position.longitude],
      ended.last_position && [40, -83],
    )
    const foreign = (await tms.dispatcher.done('list_routes', { date: TOMORROW })).items.find(
      ({ driver_id }: Route) => driver_id !== 'drv-03',
    )
    if (foreign) {
      const [theirs] = await stopsOf(foreign.route_id)
      const refused = await tokens.call('update_stop_status', { stop_id: theirs?.stop_id, status: 'en_route' })
      assert.equal(refused.body.code, 'policy_denied')
    }
    await clearDay()
  })

  it('changes on the way by a proposal that keeps what is decided', async () => {
    const ids: string[] = []
    for (let n = 0; n < 5; n++)
      ids.push(
        await tms.shipment({ coordinates: { latitude: 39.9 + n / 50, longitude: -83.05 + n / 40 } }, 'own_fleet'),
      )
    const [later, ...now] = ids
    const proposal = await plan({
      shipments: now,
      lock: now.map((shipment_id) => ({ shipment_id, driver_id: 'drv-03' })),
    })
    assert.deepEqual(
      (proposal.routes as Route[]).map(({ driver_id }) => driver_id),
      ['drv-03'],
    )
    await tms.dispatcher.done('approve_route_plan', { plan_id: proposal.plan_id })
    const route_id = (proposal.routes as Route[])[0]?.route_id as string
    await tms.dispatcher.done('dispatch_route', { route_id })
    const [first, second] = await stopsOf(route_id)
    await tms.driver.done('update_stop_status', { stop_id: first?.stop_id, status: 'completed', proof: proof('x') })
    await tms.driver.done('update_stop_status', { stop_id: second?.stop_id, status: 'en_route' })
    const moved = await tms.dispatcher.call('reassign_stop', {
      stop_id: (await stopsOf(route_id))[3]?.stop_id,
      driver_id: 'drv-04',
    })
    assert.ok(['invalid_transition', 'not_found'].includes(moved.body.code))
    const wanted = { route_id, event: { type: 'new_stop', shipment_id: later }, time_budget_s: 1 }
    const [change, other] = [
      await tms.dispatcher.once('replan_route', wanted),
      await tms.dispatcher.once('replan_route', { ...wanted, seed: 2 }),
    ]
    assert.equal(change.body.status, 'proposed', JSON.stringify(change.body))
    const applied = await tms.dispatcher.done('apply_replan', {
      plan_id: change.body.plan_id,
      expected_version: change.body.version,
    })
    assert.equal(applied.routes[0].route_id, route_id)
    const after = await stopsOf(route_id)
    assert.deepEqual(
      after.slice(0, 2).map(({ stop_id }) => stop_id),
      [first?.stop_id, second?.stop_id],
    )
    assert.equal(after.length, 5)
    assert.ok(after.some(({ shipment_id }) => shipment_id === later))
    const late = await tms.dispatcher.call('apply_replan', { plan_id: other.body.plan_id })
    assert.equal(late.body.code, 'conflict', 'the day has moved on')
    for (const { stop_id, status } of after)
      if (status !== 'completed')
        await tms.driver.done('update_stop_status', { stop_id, status: 'completed', proof: proof(stop_id) })
    for (const id of ids) assert.equal(await statusOf(id), 'delivered')
    await clearDay()
  })

  it('never has a driver work longer than the rules allow, whoever is assigned to whatever', async () => {
    const ids: string[] = []
    for (let n = 0; n < 6; n++)
      ids.push(
        await tms.shipment(
          { coordinates: { latitude: 39.2 + (n % 3) * 0.5, longitude: -84.5 + n * 0.4 } },
          'own_fleet',
        ),
      )
    await sql`update hours_rule set max_drive_day_s = 16200, max_drive_week_s = 18000 where id = 'us'`.execute(tms.db)
    const proposal = await plan({ shipments: ids })
    await tms.dispatcher.done('approve_route_plan', { plan_id: proposal.plan_id })
    const routes = (proposal.routes as Route[]).map(({ route_id }) => route_id)
    const drivers = ['drv-03', 'drv-04']
    const rule = await hoursRuleOf(tms.db, 'DEP-2')
    const moves = fc.oneof(
      fc.record({ tool: fc.constant('assign_driver'), route: fc.nat(), driver: fc.constantFrom(...drivers) }),
      fc.record({ tool: fc.constant('reassign_stop'), route: fc.nat(), driver: fc.constantFrom(...drivers) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 1, maxLength: 6 }), async (sequence) => {
        for (const { tool, route, driver } of sequence) {
          const route_id = routes[route % routes.length] as string
          const stops = await stopsOf(route_id)
          const stop_id = stops[route % Math.max(1, stops.length)]?.stop_id
          const args =
            tool === 'assign_driver'
              ? { route_id, driver_id: driver }
              : { stop_id: stop_id ?? 'stp_none', driver_id: driver }
          const { status, body } = await tms.dispatcher.call(tool, args)
          assert.ok(status < 500, JSON.stringify(body))
          for (const hours of (await hoursUsed(tms.db, drivers, TOMORROW)).values()) {
            assert.ok(hours.driveDayS <= rule.max_drive_day_s, `${hours.driveDayS} s on one day`)
            assert.ok(hours.driveWeekS <= rule.max_drive_week_s)
            assert.ok(hours.dutyDayS <= rule.max_duty_day_s)
          }
        }
      }),
      { numRuns: 10 },
    )
    await clearDay()
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
    const proposal = await plan({ shipments: [timed, back.shipment_id] })
    assert.deepEqual(proposal.unassigned, [])
    const stops = (
      await Promise.all((proposal.routes as Route[]).map(({ route_id }) => stopsOf(route_id)))
    ).flat() as (Stop & { eta: string; kind: string })[]
    const eta = stops.find(({ shipment_id }) => shipment_id === timed)?.eta as string
    assert.ok(eta >= window.from && eta <= window.to, eta)
    await tms.dispatcher.done('approve_route_plan', { plan_id: proposal.plan_id })
    for (const { route_id } of proposal.routes as Route[]) {
      const { driver_id } = await tms.dispatcher.done('get_route', { route_id })
      if (driver_id !== 'drv-03') await driveAs(driver_id)
      await tms.dispatcher.done('dispatch_route', { route_id })
      for (const { stop_id, kind } of (await stopsOf(route_id)) as (Stop & { kind: string })[])
        await tms.driver.done('update_stop_status', {
          stop_id,
          status: 'completed',
          ...(kind === 'delivery' ? { proof: proof(stop_id) } : {}),
        })
    }
    assert.equal(await statusOf(back.shipment_id), 'delivered')
    const { rows } = await sql<{ data: Record<string, unknown> }>`
      select input -> 'data' as data from saga where kind = 'report_fact' and subject = ${back.shipment_id}
      and input ->> 'type' = 'shipment.delivered.v1'`.execute(tms.db)
    assert.deepEqual([rows[0]?.data.direction, rows[0]?.data.rma_number], ['return', 'RMA-2026-000777'])
  })
})
