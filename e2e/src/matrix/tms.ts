import { DAY_MS, dayOf, daysAfter } from '@backroom/calendar'
import type { Retail } from '../retail/retail.ts'
import { type Args, fresh, oneMore, otherText, type Row } from './row.ts'

const DEPOT = 'DEP-2'
const WAREHOUSE = 'WH-2'
/** The driver who signs in. */
const DRIVER = 'drv-03'
const OTHER_DRIVER = 'drv-04'

const row = (tool: string, args: Row['args'], changed: Row['changed'], more: Partial<Row> = {}): Row => ({
  ...{ domain: 'tms', tool, as: 'dispatcher', args, changed },
  ...more,
})

const asked = (retail: Retail, tool: string, args: Args) => retail.must('tms', tool, args, 'dispatcher')

const near = {
  ...{ name: 'Test Person', line1: '1 Test Road', city: 'Columbus', region: 'OH', postal_code: '43215', country: 'US' },
}
/** Where carriers alone go. */
const far = { ...near, city: 'Portland', region: 'OR', postal_code: '97201' }

const wanted = (more: Args = {}): Args => ({
  ...{ shipment_ref: fresh('shp'), warehouse: WAREHOUSE, ship_to: near },
  packages: [{ weight_g: 1_000, lines: [{ sku: 'CAT-1001', qty: 1 }] }],
  ...more,
})

async function shipment(retail: Retail, more?: Args): Promise<string> {
  return (await asked(retail, 'create_shipment', wanted(more))).shipment_id
}

/** A shipment that a carrier has taken on. */
async function posted(retail: Retail): Promise<{ shipment_id: string; tracking_no: string }> {
  const shipment_id = await shipment(retail, { ship_to: far })
  const { tracking_no } = await asked(retail, 'buy_label', { shipment_id })
  return { shipment_id, tracking_no }
}

/** A shipment of the own fleet that waits for a route. */
async function labelled(retail: Retail): Promise<string> {
  const shipment_id = await shipment(retail)
  const { rates } = await asked(retail, 'quote_rates', { shipment_id, services: ['local'] })
  await asked(retail, 'buy_label', { shipment_id, rate_id: rates[0].rate_id })
  return shipment_id
}

let days = 0
/** A day on which nobody drives yet: drivers and vehicles are taken for whole days. */
const freeDay = () => daysAfter(dayOf(), ++days)

/** A proposal by which each of the drivers named has a shipment. */
async function plan(retail: Retail, drivers = [DRIVER, DRIVER]) {
  const shipments: string[] = []
  for (const _ of drivers) shipments.push(await labelled(retail))
  const lock = shipments.map((shipment_id, index) => ({ shipment_id, driver_id: drivers[index] }))
  return asked(retail, 'optimize_routes', { depot: DEPOT, date: freeDay(), shipments, time_budget_s: 1, lock })
}

async function approved(retail: Retail, drivers?: string[]): Promise<string> {
  const { plan_id, routes } = await plan(retail, drivers)
  await asked(retail, 'approve_route_plan', { plan_id })
  return routes.find(({ driver_id }: { driver_id: string }) => driver_id === DRIVER).route_id
}

async function dispatched(retail: Retail) {
  return asked(retail, 'dispatch_route', { route_id: await approved(retail) })
}

const firstStop = async (retail: Retail): Promise<string> => (await dispatched(retail)).stop_list[0].stop_id

async function delayed(retail: Retail, minutes = 20) {
  const { route_id } = await dispatched(retail)
  return { route_id, event: { type: 'delay', minutes }, time_budget_s: 1 }
}

async function exception(retail: Retail): Promise<string> {
  const { shipment_id } = await posted(retail)
  const { exception_id } = await asked(retail, 'report_exception', { shipment_id, type: 'damage', note: fresh('note') })
  return exception_id
}

const tomorrow = () => ({
  from: new Date(Date.now() + DAY_MS).toISOString(),
  to: new Date(Date.now() + DAY_MS + 3_600_000).toISOString(),
})

/** The write tools of logistics. */
export const tmsRows: Row[] = [
  row(
    'create_shipment',
    async () => wanted(),
    (args) => ({ ...args, service_level: 'express' }),
    { as: 'service:oms' },
  ),
  row(
    'buy_label',
    async (retail) => ({ shipment_id: await shipment(retail, { ship_to: far }) }),
    (args) => ({ ...args, rate_id: 'northway.ground.1' }),
    { as: 'service:oms' },
  ),
  row(
    'void_label',
    async (retail) => ({ tracking_no: (await posted(retail)).tracking_no }),
    (args) => ({ ...args, tracking_no: 'NW-000000000000' }),
  ),
  row(
    'intercept_shipment',
    async (retail) => ({ shipment_id: (await posted(retail)).shipment_id, reason: 'Cancelled' }),
    otherText('reason'),
    { as: 'service:oms' },
  ),
  row(
    'schedule_pickup',
    async (retail) => ({ shipment_id: (await posted(retail)).shipment_id }),
    (args) => ({ ...args, window: tomorrow() }),
  ),
  row(
    'optimize_routes',
    async (retail) => ({
      ...{ depot: DEPOT, date: freeDay(), time_budget_s: 1, seed: 1 },
      shipments: [await labelled(retail), await labelled(retail)],
    }),
    oneMore('seed'),
  ),
  row(
    'cancel_optimization',
    async (retail) => ({ plan_id: (await plan(retail)).plan_id }),
    (args) => ({ ...args, plan_id: `plan_${'0'.repeat(26)}` }),
  ),
  row(
    'approve_route_plan',
    async (retail) => {
      const { plan_id, version } = await plan(retail)
      return { plan_id, expected_version: version }
    },
    oneMore('expected_version'),
  ),
  row(
    'dispatch_route',
    async (retail) => ({ route_id: await approved(retail) }),
    (args) => ({ ...args, expected_version: 99 }),
  ),
  row(
    'assign_driver',
    async (retail) => ({ route_id: await approved(retail), driver_id: OTHER_DRIVER }),
    (args) => ({ ...args, driver_id: DRIVER }),
  ),
  row(
    'reassign_stop',
    async (retail) => {
      const route_id = await approved(retail, [DRIVER, DRIVER, OTHER_DRIVER])
      const { stop_list } = await asked(retail, 'get_route', { route_id })
      return { stop_id: stop_list[0].stop_id, driver_id: OTHER_DRIVER }
    },
    (args) => ({ ...args, driver_id: DRIVER }),
  ),
  row('replan_route', delayed, (args) => ({ ...args, event: { type: 'delay', minutes: 21 } })),
  row(
    'apply_replan',
    async (retail) => ({ plan_id: (await asked(retail, 'replan_route', await delayed(retail))).plan_id }),
    (args) => ({ ...args, expected_version: 99 }),
  ),
  row(
    'update_stop_status',
    async (retail) => {
      const proof = { kind: 'pin', sha256: 'a'.repeat(64) }
      return { stop_id: await firstStop(retail), status: 'completed', proof }
    },
    ({ proof, ...args }) => ({ ...args, status: 'failed', reason: 'other' }),
    { as: 'driver' },
  ),
  row(
    'record_proof_of_delivery',
    async (retail) => ({
      ...{ stop_id: await firstStop(retail), kind: 'signature', sha256: 'b'.repeat(64) },
      recipient: 'A Neighbour',
    }),
    otherText('recipient'),
    { as: 'driver' },
  ),
  row(
    'report_exception',
    async (retail) => ({ shipment_id: (await posted(retail)).shipment_id, type: 'damage', note: fresh('note') }),
    otherText('note'),
  ),
  row(
    'resolve_exception',
    async (retail) => ({ exception_id: await exception(retail), resolution: 'no_issue', note: 'It is fine' }),
    otherText('note'),
  ),
]
