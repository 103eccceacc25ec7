import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { scopesOfRole } from '@backroom/access'
import { ownTools } from '@backroom/fleet-testing'
import { type Logistics, openLogistics } from './logistics.ts'

/** Read-only, destructive, idempotent, open world: as the design's tool table has them. */
const annotations: Record<string, string> = {
  list_drivers: '1010',
  get_driver: '1010',
  list_vehicles: '1010',
  list_routes: '1010',
  get_route: '1010',
  track_shipment: '1011',
  list_exceptions: '1010',
  quote_rates: '1011',
  create_shipment: '0010',
  buy_label: '0011',
  void_label: '0111',
  optimize_routes: '0010',
  get_route_plan: '1010',
  cancel_optimization: '0010',
  compare_plans: '1010',
  approve_route_plan: '0010',
  dispatch_route: '0011',
  replan_route: '0010',
  apply_replan: '0011',
  assign_driver: '0010',
  reassign_stop: '0010',
  update_stop_status: '0010',
  record_proof_of_delivery: '0010',
  schedule_pickup: '0011',
  geocode_address: '1010',
  report_exception: '0011',
  resolve_exception: '0011',
}

describe('what the logistics server offers', () => {
  let tms: Logistics
  before(async () => {
    tms = await openLogistics()
  })
  after(() => tms.close())

  const toolsOf = async (
    who: Pick<Logistics['dispatcher'], 'mcp'>,
  ): Promise<{ name: string; annotations: Record<string, boolean> }[]> => ownTools((await who.mcp('tools/list')).tools)
  const read = async (uri: string) => JSON.parse((await tms.dispatcher.mcp('resources/read', { uri })).contents[0].text)

  it('lists its tools with the hints of the design', async () => {
    const everything = tms.account('dispatcher', 'tms:read tms:ship tms:plan tms:dispatch tms:drive')
    const hints = Object.fromEntries(
      (await toolsOf(everything)).map((tool) => {
        const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool.annotations
        return [tool.name, [readOnlyHint, destructiveHint, idempotentHint, openWorldHint].map(Number).join('')]
      }),
    )
    assert.deepEqual(hints, annotations)
  })

  it('shows a dispatcher 25 tools, a driver those of the road, and intercept_shipment to services alone', async () => {
    const names = async (who: Pick<Logistics['dispatcher'], 'mcp'>) => (await toolsOf(who)).map(({ name }) => name)
    assert.ok(scopesOfRole('dispatcher', 'tms').length > 0)
    assert.equal((await names(tms.dispatcher)).length, 25)
    const driver = await names(tms.driver)
    assert.ok(driver.includes('update_stop_status') && !driver.includes('dispatch_route'))
    assert.ok(!driver.includes('intercept_shipment'))
    assert.ok((await names(tms.service('oms'))).includes('intercept_shipment'))
  })

  it('reads every resource, and completes what is typed', async () => {
    assert.equal((await read('logistics://drivers')).items.length, 6)
    const { items } = await read('logistics://exceptions')
    assert.equal(items[0].type, 'delay')
    const shipment = await read(`logistics://shipment/${items[0].shipment_id}`)
    assert.equal(shipment.status, 'in_transit')
    const [route] = await tms.db.selectFrom('route').selectAll().where('status', '=', 'in_progress').execute()
    assert.ok(route)
    const seen = await read(`logistics://route/${route.id}`)
    assert.equal(seen.stops, 6)
    assert.equal((await read(`logistics://driver/${route.driver_id}/route/${route.day}`)).route_id, route.id)
    assert.equal((await read(`logistics://plan/${route.plan_id}`)).status, 'in_progress')
    const map = await tms.dispatcher.mcp('resources/read', { uri: `logistics://plan/${route.plan_id}/map` })
    assert.match(map.contents[0].text, /Columbus/)
    const complete = async (ref: Record<string, string>, name: string, value: string) =>
      (await tms.dispatcher.mcp('completion/complete', { ref, argument: { name, value } })).completion.values
    assert.deepEqual(await complete({ type: 'ref/prompt', name: 'plan_day' }, 'depot', 'dep-'), [
      'DEP-1',
      'DEP-2',
      'DEP-3',
    ])
    const driverRoute = { type: 'ref/resource', uri: 'logistics://driver/{id}/route/{date}' }
    assert.equal((await complete(driverRoute, 'id', 'drv-')).length, 6)
    const bad = await tms.dispatcher.mcp('resources/read', { uri: 'logistics://driver/drv-01/route/soon' })
    assert.match(bad.message, /YYYY-MM-DD/)
  })

  it('has a day that goes on: a driver on the road, one delivery to go to next, what is behind proved', async () => {
    const { items } = await tms.driver.done('list_routes', { driver_id: 'drv-03' })
    const route = await tms.driver.done('get_route', { route_id: items[0].route_id })
    const states = route.stop_list.map(({ status }: { status: string }) => status)
    assert.equal(route.status, 'in_progress')
    assert.ok(states.indexOf('en_route') > 0 && states.includes('scheduled'), states.join())
    const next = route.stop_list[states.indexOf('en_route')]
    const proof = { kind: 'pin', sha256: 'a'.repeat(64) }
    const done = await tms.driver.done('update_stop_status', { stop_id: next.stop_id, status: 'completed', proof })
    assert.equal(done.shipment_status, 'delivered')
    const before = await tms.dispatcher.done('track_shipment', { shipment_id: route.stop_list[0].shipment_id })
    assert.deepEqual([before.status, before.proofs.length], ['delivered', 1])
    const { items: open } = await tms.dispatcher.done('list_exceptions')
    assert.deepEqual(
      open.map(({ type }: { type: string }) => type),
      ['delay', 'address'],
    )
  })

  it('leads through its prompts', async () => {
    const ask = async (name: string, args: Record<string, string>) =>
      (await tms.dispatcher.mcp('prompts/get', { name, arguments: args })).messages
    const day = await ask('plan_day', { depot: 'DEP-2', date: '2026-12-01' })
    assert.match(day[0].content.text, /DEP-2 \(Columbus\)/)
    assert.equal(day[1].content.resource.uri, 'logistics://drivers')
    const { id } = await tms.db.selectFrom('route').select('id').executeTakeFirstOrThrow()
    assert.equal(
      (await ask('late_delivery_recovery', { route: id }))[1].content.resource.uri,
      `logistics://route/${id}`,
    )
    assert.match((await ask('driver_no_show', { driver: 'drv-03' }))[0].content.text, /drv-03/)
    const { order_ref } = await tms.db
      .selectFrom('shipment')
      .select('order_ref')
      .where('order_ref', 'is not', null)
      .executeTakeFirstOrThrow()
    assert.equal((await ask('carrier_vs_own_fleet', { order: order_ref as string })).length, 2)
    assert.match((await ask('peak_readiness', { depot: 'WH-1' }))[0].content.text, /Reno/)
  })

  it('knows the parcels of the shop’s orders where the other servers say that they are', async () => {
    const rows = await tms.db
      .selectFrom('shipment')
      .select(['status', 'direction'])
      .where('order_ref', 'is not', null)
      .execute()
    const states = new Set(rows.map(({ status }) => status))
    assert.ok(rows.length > 50)
    assert.deepEqual([...states].sort(), ['delivered', 'in_transit'])
  })
})
