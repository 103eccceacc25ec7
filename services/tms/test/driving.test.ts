import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import fc from 'fast-check'
import { sql } from 'kysely'
import { followShifts } from '../src/driver-shifts.ts'
import { hoursRuleOf, hoursUsed } from '../src/hours.ts'
import { type DepotDay, depotDay, proof, type Route } from './depot-day.ts'
import { factsAbout, type Logistics, openLogistics, TOMORROW } from './logistics.ts'

describe('a route', () => {
  let tms: Logistics
  let day: DepotDay
  before(async () => {
    tms = await openLogistics()
    day = depotDay(tms)
  })
  after(() => tms.close())

  it('is driven stop by stop to the door, with one proof a stop', async () => {
    const { driver, dispatcher } = tms
    const [theirs = '', ...own] = await day.shipments(4)
    const lock = [
      { shipment_id: theirs, driver_id: 'drv-04' },
      ...own.map((shipment_id) => ({ shipment_id, driver_id: 'drv-03' })),
    ]
    const proposal = await day.plan({ shipments: [theirs, ...own], lock })
    await dispatcher.done('approve_route_plan', { plan_id: proposal.plan_id, expected_version: proposal.version })
    const routeOf = (id: string) => (proposal.routes as Route[]).find(({ driver_id }) => driver_id === id) as Route
    const { route_id } = routeOf('drv-03')
    const [waiting] = await day.stopsOf(route_id)
    const early = await driver.call('update_stop_status', { stop_id: waiting?.stop_id, status: 'en_route' })
    assert.equal(early.body.code, 'invalid_transition')
    const manifest = await dispatcher.done('dispatch_route', { route_id })
    assert.deepEqual(await dispatcher.done('dispatch_route', { route_id }), manifest, 'it went out once')
    const [first, second, third] = await day.stopsOf(route_id)
    assert.ok(first && second && third)
    const position = { latitude: 40, longitude: -83 }
    await driver.done('update_stop_status', { stop_id: first.stop_id, status: 'en_route', position })
    for (const id of own) assert.equal(await day.statusOf(id), 'out_for_delivery')
    await driver.done('update_stop_status', { stop_id: first.stop_id, status: 'arrived' })
    const bare = await driver.call('update_stop_status', { stop_id: first.stop_id, status: 'completed' })
    assert.match(bare.body.message, /proof/)
    const given = await Promise.all(
      ['a', 'a', 'b'].map((text) =>
        driver.call('record_proof_of_delivery', { stop_id: first.stop_id, ...proof(text) }),
      ),
    )
    const kept = given.filter(({ status }) => status === 200).map(({ body }) => body.proof_id)
    assert.equal(new Set(kept).size, 1)
    assert.ok(given.some(({ body }) => body.code === 'conflict'))
    const done = await driver.done('update_stop_status', { stop_id: first.stop_id, status: 'completed' })
    assert.equal(done.shipment_status, 'delivered')
    assert.deepEqual(await factsAbout(tms.db, first.shipment_id), ['shipment.picked_up.v1', 'shipment.delivered.v1'])
    const unnamed = await driver.call('update_stop_status', { stop_id: second.stop_id, status: 'failed' })
    assert.match(unnamed.body.message, /reason/)
    const failing = { stop_id: second.stop_id, status: 'failed', reason: 'not_home' }
    assert.equal((await driver.done('update_stop_status', failing)).shipment_status, 'failed_attempt')
    const seen = await dispatcher.done('get_route', { route_id })
    assert.deepEqual([seen.status, seen.stops_done], ['in_progress', 2])
    await day.complete([third])
    assert.equal((await dispatcher.done('get_route', { route_id })).status, 'completed')
    const [foreign] = await day.stopsOf(routeOf('drv-04').route_id)
    const refused = await driver.call('update_stop_status', { stop_id: foreign?.stop_id, status: 'en_route' })
    assert.equal(refused.body.code, 'policy_denied')
    await day.clear()
  })

  it('has its driver take the break that it says, and go on', async () => {
    const { 'drv-03': route_id = '' } = await day.dispatched({ 'drv-03': await day.shipments(2) })
    const [first] = await day.stopsOf(route_id)
    await tms.driver.done('update_stop_status', { stop_id: first?.stop_id, status: 'en_route' })
    const statusAt = async (start: string) => {
      await sql`update route set breaks = jsonb_build_array(jsonb_build_object('starts_at', now() + ${start}::interval,
        'seconds', 1800)) where id = ${route_id}`.execute(tms.db)
      await followShifts(tms.db)
      return (await tms.dispatcher.done('get_driver', { driver_id: 'drv-03' })).status
    }
    assert.deepEqual([await statusAt('-1 minute'), await statusAt('-40 minutes')], ['break', 'on_route'])
    await day.complete(await day.stopsOf(route_id))
    await day.clear()
  })

  it('never has a driver work longer than the rules allow, whoever is assigned to whatever', async () => {
    const ids: string[] = []
    for (let n = 0; n < 6; n++) {
      const coordinates = { latitude: 39.2 + (n % 3) * 0.5, longitude: -84.5 + n * 0.4 }
      ids.push(await tms.shipment({ coordinates }, 'own_fleet'))
    }
    const drivers = ['drv-03', 'drv-04']
    // What was driven in this week counts as well, so that the limits are near.
    const used = Math.max(...[...(await hoursUsed(tms.db, drivers, TOMORROW)).values()].map((one) => one.driveWeekS))
    await sql`update hours_rule set max_drive_day_s = 16200, max_drive_week_s = ${used + 18_000}::integer where id = 'us'`.execute(
      tms.db,
    )
    const proposal = await day.plan({ shipments: ids })
    await tms.dispatcher.done('approve_route_plan', { plan_id: proposal.plan_id })
    const routes = (proposal.routes as Route[]).map(({ route_id }) => route_id)
    const rule = await hoursRuleOf(tms.db, 'DEP-2')
    const moves = fc.oneof(
      fc.record({ tool: fc.constant('assign_driver'), route: fc.nat(), driver: fc.constantFrom(...drivers) }),
      fc.record({ tool: fc.constant('reassign_stop'), route: fc.nat(), driver: fc.constantFrom(...drivers) }),
    )
    await fc.assert(
      fc.asyncProperty(fc.array(moves, { minLength: 1, maxLength: 5 }), async (sequence) => {
        for (const { tool, route, driver } of sequence) {
          const route_id = routes[route % routes.length] as string
          const stops = await day.stopsOf(route_id)
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
      { numRuns: 8 },
    )
    await sql`update hours_rule set max_drive_day_s = 39600, max_drive_week_s = 216000 where id = 'us'`.execute(tms.db)
    await day.clear()
  })

  it('changes on the way by a proposal that keeps what is decided', async () => {
    const [later = '', ...now] = await day.shipments(5)
    const { 'drv-03': route_id = '' } = await day.dispatched({ 'drv-03': now })
    const [first, second, , fourth] = await day.stopsOf(route_id)
    assert.ok(first && second && fourth)
    await day.complete([first])
    await tms.driver.done('update_stop_status', { stop_id: second.stop_id, status: 'en_route' })
    const moved = await tms.dispatcher.call('reassign_stop', { stop_id: fourth.stop_id, driver_id: 'drv-04' })
    assert.ok(['invalid_transition', 'not_found'].includes(moved.body.code))
    const wanted = { route_id, event: { type: 'new_stop', shipment_id: later }, time_budget_s: 1 }
    const { body: change } = await tms.dispatcher.once('replan_route', wanted)
    const { body: other } = await tms.dispatcher.once('replan_route', { ...wanted, seed: 2 })
    assert.equal(change.status, 'proposed', JSON.stringify(change))
    assert.deepEqual([change.baseline.kind, change.baseline.stops, change.figures.stops], ['current_plan', 2, 3])
    const apply = { plan_id: change.plan_id, expected_version: change.version }
    const applied = await tms.dispatcher.done('apply_replan', apply)
    assert.equal(applied.routes[0].route_id, route_id)
    assert.deepEqual(await tms.dispatcher.done('apply_replan', apply), applied, 'once')
    const after = await day.stopsOf(route_id)
    assert.deepEqual(
      after.slice(0, 2).map(({ stop_id }) => stop_id),
      [first.stop_id, second.stop_id],
    )
    assert.equal(after.length, 5)
    assert.ok(after.some(({ shipment_id }) => shipment_id === later))
    const late = await tms.dispatcher.call('apply_replan', { plan_id: other.plan_id })
    assert.equal(late.body.code, 'conflict', 'the day has moved on')
    await day.complete(after)
    for (const id of [later, ...now]) assert.equal(await day.statusOf(id), 'delivered')
    await day.clear()
  })

  it('that runs late is told by how much, and arrives by so much later', async () => {
    const { 'drv-03': route_id = '' } = await day.dispatched({ 'drv-03': await day.shipments(3) })
    const before = await day.stopsOf(route_id)
    const event = { type: 'delay', minutes: 90 }
    const { body: change } = await tms.dispatcher.once('replan_route', { route_id, event, time_budget_s: 1 })
    assert.equal(change.figures.stops, 3)
    assert.ok(change.figures.cost_minor <= change.baseline.cost_minor, 'not worse than going on as it is')
    await tms.dispatcher.done('apply_replan', { plan_id: change.plan_id })
    const earliest = (stops: { eta: string }[]) => Math.min(...stops.map(({ eta }) => Date.parse(eta)))
    const later = earliest(await day.stopsOf(route_id)) - earliest(before)
    assert.ok(Math.abs(later - 90 * 60_000) < 30 * 60_000, `${later / 60_000} minutes later`)
    const nameless = await tms.dispatcher.once('replan_route', { route_id, event: { type: 'delay' } })
    assert.equal(nameless.body.code, 'invalid_argument')
    await day.clear()
  })

  it('loses a stop that is cancelled: what is at the depot waits again, what is on board comes back', async () => {
    const [here = '', aboard = '', ...rest] = await day.shipments(4)
    const { 'drv-03': route_id = '' } = await day.dispatched({ 'drv-03': [here, aboard, ...rest] })
    const without = async (shipment_id: string) => {
      const wanted = { route_id, event: { type: 'cancel_stop', shipment_id }, time_budget_s: 1 }
      const { body } = await tms.dispatcher.once('replan_route', wanted)
      await tms.dispatcher.done('apply_replan', { plan_id: body.plan_id })
      assert.ok((await day.stopsOf(route_id)).every((stop) => stop.shipment_id !== shipment_id))
    }
    await without(here)
    assert.equal(await day.statusOf(here), 'labelled')
    const first = (await day.stopsOf(route_id)).find(({ shipment_id }) => shipment_id !== aboard)
    await tms.driver.done('update_stop_status', { stop_id: first?.stop_id, status: 'en_route' })
    await without(aboard)
    assert.equal(await day.statusOf(aboard), 'failed_attempt')
    const wanted = { route_id, event: { type: 'cancel_stop', shipment_id: aboard } }
    assert.equal((await tms.dispatcher.once('replan_route', wanted)).body.code, 'invalid_argument')
    await day.complete(await day.stopsOf(route_id))
    assert.equal((await tms.dispatcher.done('get_route', { route_id })).status, 'completed')
    await day.clear()
  })

  it('whose vehicle breaks down is taken over, with what is on board, from where it stands', async () => {
    const [own = [], other = []] = [await day.shipments(4), await day.shipments(1)]
    const routes = await day.dispatched({ 'drv-03': own, 'drv-04': other })
    const { 'drv-03': stranded = '', 'drv-04': helper = '' } = routes
    const [first, second] = await day.stopsOf(stranded)
    assert.ok(first && second)
    await day.complete([first])
    await tms.driver.done('update_stop_status', { stop_id: second.stop_id, status: 'en_route' })
    const wanted = { route_id: stranded, event: { type: 'breakdown' }, time_budget_s: 1 }
    const { body: change } = await tms.dispatcher.once('replan_route', wanted)
    assert.deepEqual([change.figures.stops, change.baseline.stops, change.baseline.unassigned], [4, 1, 3])
    await tms.dispatcher.done('apply_replan', { plan_id: change.plan_id })
    assert.equal((await tms.dispatcher.done('get_route', { route_id: stranded })).status, 'completed')
    const { items } = await tms.dispatcher.done('list_vehicles', { depot: 'DEP-2' })
    const vehicle = items.find(({ vehicle_id }: Record<string, string>) => vehicle_id === 'veh-03')
    assert.equal(vehicle.status, 'maintenance')
    const { status } = await tms.dispatcher.done('get_driver', { driver_id: 'drv-03' })
    assert.ok(['available', 'off'].includes(status), status)
    await day.driveAs('drv-04')
    await day.complete(await day.stopsOf(helper))
    for (const id of [...own, ...other]) assert.equal(await day.statusOf(id), 'delivered')
    const { plan_id } = await tms.dispatcher.done('get_route', { route_id: helper })
    assert.equal((await tms.dispatcher.done('get_route_plan', { plan_id })).status, 'completed')
  })
})
