import assert from 'node:assert/strict'
import { createHash, randomUUID } from 'node:crypto'
import { after, before, describe, test } from 'node:test'
import { type DomainName, resourceUrl } from '@backroom/access'
import { dayOf, daysAfter } from '@backroom/calendar'
import { launchBrowser, startFleet } from '@backroom/fleet-testing'
import type { Client } from '@modelcontextprotocol/client'
import { getToolUiResourceUri } from '@modelcontextprotocol/ext-apps/app-bridge'
import type { Browser } from 'playwright-core'
import { showApp } from '../src/app-host.ts'
import { connectSdkV2, sdkV2 } from '../src/clients/sdk-v2.ts'
import type { McpSession } from '../src/mcp-session.ts'
import { emptyMemory } from '../src/oauth-memory.ts'
import { busyFleet, openRetail, type Retail } from '../src/retail/retail.ts'
import { buy, done, fulfil, openStore, orderIs, refused, type StaffedStore } from '../src/retail/staffed-store.ts'
import { stockUp } from '../src/retail/stock.ts'
import { visitor } from '../src/sign-in.ts'
import { until } from '../src/until.ts'

/** Lives in Cincinnati, where the own fleet of Columbus delivers. */
const NEIGHBOUR = 'demo10'
const LITTER = { product: 1, sku: 'CAT-1001' }
const [DEPOT, DRIVER, VEHICLE] = ['DEP-2', 'drv-03', 'veh-03']
/** Later than the day on which the demo has a driver on the road, wherever the depot is. */
const DAY = daysAfter(dayOf(), 2)

interface Stop {
  stop_id: string
  shipment_id: string
}

describe('a day on the road, through an independent client', () => {
  let retail: Retail
  let browser: Browser
  let store: StaffedStore
  let dispatcher: McpSession & { client: Client }
  let driver: McpSession
  before(async () => {
    retail = openRetail(await startFleet({ environment: { ...busyFleet, CARRIER_DAY_SECONDS: '0.6' } }))
    browser = await launchBrowser()
    await stockUp(retail, LITTER.sku, 100)
    store = await openStore(retail, browser, { connect: sdkV2('auto'), customer: NEIGHBOUR })
    dispatcher = await signedIn('dispatcher', 'tms')
    driver = await signedIn('driver', 'tms')
  })
  after(async () => {
    await Promise.all([dispatcher, driver].map((session) => session?.close()))
    await store?.close()
    await browser?.close()
    await retail?.close()
    await retail?.fleet.stop()
  })

  const signedIn = async (account: string, domain: DomainName) => {
    const memory = await emptyMemory(visitor(browser, { account: `${account}@example.com` }))
    const session = await connectSdkV2(resourceUrl(retail.fleet.publicUrl, domain), memory, 'auto')
    return { ...session, close: () => Promise.all([session.close(), memory.close()]).then(() => undefined) }
  }

  /** A call that is meant once. */
  const once = (session: McpSession, tool: string, args: object) =>
    done(session, tool, { idempotency_key: randomUUID(), ...args })
  const refusedOnce = (session: McpSession, tool: string, args: object, code: string) =>
    refused(session, tool, { idempotency_key: randomUUID(), ...args }, code)

  /** An order of the neighbour that the warehouse has packed, and its shipment, which waits for a route. */
  const packed = async (stage: 'packed' | 'shipped', quantity = 1) => {
    const bought = await buy(store, [{ product: LITTER.product, quantity }])
    const order = await orderIs(store, bought.order_id, (one) => one.fulfillment_orders.length > 0)
    await fulfil(store, order, stage)
    const { order_id } = order
    await until('its parcel has a label', async () => {
      const { structured, isError } = await dispatcher.call('track_shipment', { order_ref: order_id })
      return !isError && structured.status === 'labelled'
    })
    const shipment = await done(dispatcher, 'track_shipment', { order_ref: order_id })
    assert.ok(shipment.own_fleet, 'the own fleet is the cheapest there')
    return { order_id: order_id as string, shipment_id: shipment.shipment_id as string }
  }

  const proof = (text: string) => ({
    ...{ kind: 'signature', recipient: 'J. Keller' },
    sha256: createHash('sha256').update(text).digest('hex'),
  })
  const stopsOf = async (route_id: string): Promise<Stop[]> =>
    (await done(dispatcher, 'get_route', { route_id })).stop_list
  const booksAgree = async () => assert.deepEqual(await retail.differences(), [])

  test('orders are planned, dispatched and delivered with proof: the customer has them, the money is taken', async () => {
    const sent = [await packed('shipped'), await packed('shipped', 2)]
    const lock = sent.map(({ shipment_id }) => ({ shipment_id, driver_id: DRIVER }))
    const wish = { depot: DEPOT, date: DAY, time_budget_s: 2 }
    const nobody = { ...wish, constraints: { vehicles: ['veh-07'] } }
    await refusedOnce(dispatcher, 'optimize_routes', nobody, 'conflict')
    const few = { ...wish, constraints: { vehicles: [VEHICLE], max_stops_per_route: 3 } }
    const short = await once(dispatcher, 'optimize_routes', few)
    assert.equal(short.figures.stops, 3)
    assert.ok(short.unassigned.length >= 2)
    for (const { code, explanation } of short.unassigned) assert.ok(code && explanation.length > 10, explanation)

    const plan = await once(dispatcher, 'optimize_routes', { ...wish, lock })
    assert.equal(plan.status, 'proposed')
    assert.ok(plan.savings.cost_minor >= 0, 'not worse than no planning')
    const { plan_id, version } = plan
    const { route_id } = plan.routes.find(({ driver_id }: { driver_id: string }) => driver_id === DRIVER)
    await refused(dispatcher, 'dispatch_route', { route_id }, 'invalid_transition')
    await refused(dispatcher, 'approve_route_plan', { plan_id, expected_version: version + 1 }, 'version_conflict')
    const approved = await done(dispatcher, 'approve_route_plan', { plan_id, expected_version: version })
    assert.equal(approved.status, 'approved')
    await refused(dispatcher, 'approve_route_plan', { plan_id: short.plan_id }, 'invalid_transition')
    const [waiting] = await stopsOf(route_id)
    await refused(driver, 'update_stop_status', { stop_id: waiting?.stop_id, status: 'en_route' }, 'invalid_transition')

    const manifest = await done(dispatcher, 'dispatch_route', { route_id })
    assert.deepEqual(await done(dispatcher, 'dispatch_route', { route_id }), manifest, 'it goes out once')
    assert.ok(!(await driver.toolNames()).includes('dispatch_route'))
    const heard = await listenTo(`logistics://route/${route_id}`)
    const stops = await stopsOf(route_id)
    const bare = { stop_id: stops[0]?.stop_id, status: 'completed' }
    await refused(driver, 'update_stop_status', bare, 'invalid_argument')
    for (const { stop_id } of stops) {
      await done(driver, 'update_stop_status', { stop_id, status: 'en_route' })
      await done(driver, 'update_stop_status', { stop_id, status: 'completed', proof: proof(stop_id) })
    }
    await until('the dispatcher hears of it', () => heard.count() > 0)
    await heard.end()
    assert.equal((await done(dispatcher, 'get_route', { route_id })).status, 'completed')
    for (const { order_id, shipment_id } of sent) {
      const order = await orderIs(store, order_id, (one) => one.fulfillment_status === 'delivered')
      assert.equal(order.status, 'completed')
      const paid = await orderIs(store, order_id, (one) => one.payment_status === 'captured')
      assert.equal(paid.payment.captured_minor, paid.totals.grand_minor)
      const { proofs, late } = await done(dispatcher, 'track_shipment', { shipment_id })
      assert.deepEqual([proofs.length, proofs[0].kind, late], [1, 'signature', false])
      const seen = await done(store.customer, 'get_order_status', { order_id })
      assert.equal(seen.fulfillment_status, 'delivered')
    }
    await booksAgree()
  })

  test('an order that is cancelled before its parcel leaves has no stop any more', async () => {
    const { order_id, shipment_id } = await packed('packed')
    const lock = [{ shipment_id, driver_id: 'drv-04' }]
    const wish = { depot: DEPOT, date: daysAfter(DAY, 1), shipments: [shipment_id], lock, time_budget_s: 1 }
    const { plan_id, routes } = await once(dispatcher, 'optimize_routes', wish)
    await done(dispatcher, 'approve_route_plan', { plan_id })
    const { route_id } = routes[0]
    assert.equal((await stopsOf(route_id)).length, 1)
    await done(store.customer, 'cancel_my_order', { order_id, reason: 'Changed my mind' })
    await orderIs(store, order_id, ({ status }) => status === 'cancelled')
    await until('the shipment is voided', async () => {
      const { structured } = await dispatcher.call('track_shipment', { shipment_id })
      return structured.status === 'voided'
    })
    assert.deepEqual(await stopsOf(route_id), [])
    await refused(dispatcher, 'dispatch_route', { route_id }, 'conflict')
    await booksAgree()
  })

  test('a plan is shown as a page by a host with MCP Apps: figures, map and routes', async () => {
    const { tools } = await dispatcher.client.listTools()
    const uri = getToolUiResourceUri(tools.find(({ name }) => name === 'optimize_routes') ?? {}) ?? ''
    const { contents } = await dispatcher.client.readResource({ uri })
    const [content] = contents
    assert.equal(content?.mimeType, 'text/html;profile=mcp-app')
    const wish = { depot: 'DEP-1', date: DAY, time_budget_s: 1, idempotency_key: randomUUID() }
    const result = await dispatcher.call('optimize_routes', wish)
    const plan = result.structured as { figures: { routes: number; stops: number }; plan_id: string; map_uri: string }
    const html = content && 'text' in content ? content.text : ''
    const app = await showApp(browser, dispatcher, { html, result })
    await app.frame.getByRole('heading', { name: 'proposed' }).waitFor()
    await app.frame.locator('svg').waitFor()
    assert.equal(await app.frame.locator('svg polyline').count(), plan.figures.routes)
    assert.equal(await app.frame.locator('svg circle').count(), plan.figures.stops)
    assert.equal(await app.frame.locator('table tr').count(), plan.figures.routes + 1)
    assert.match((await app.frame.locator('dl').textContent()) ?? '', /Distance\d+ km instead of \d+ km/)
    const asked = app.asked.map(({ method }) => method)
    assert.deepEqual(asked.slice(0, 2), ['ui/initialize', 'ui/notifications/initialized'])
    assert.ok(asked.includes('resources/read') && !asked.includes('tools/call'))
    await app.close()
  })

  /** Counts what is told of a resource. */
  async function listenTo(uri: string) {
    let count = 0
    dispatcher.client.setNotificationHandler('notifications/resources/updated', ({ params }) => {
      if (params.uri === uri) count++
    })
    const subscription = await dispatcher.client.listen({ resourceSubscriptions: [uri] })
    return { count: () => count, end: () => subscription.close() }
  }
})
