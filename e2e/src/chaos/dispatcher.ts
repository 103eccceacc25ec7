import { setTimeout as sleep } from 'node:timers/promises'
import { dayOf, daysAfter } from '@backroom/calendar'
import type { Retail } from '../retail/retail.ts'
import { type Doings, mustAct, Refused } from './doings.ts'
import { insisting } from './insist.ts'

/** Somebody who sends the own fleet out with what customers near a depot have bought, and the driver who brings it. */
export interface Dispatcher {
  /** Stops that were completed. */
  readonly delivered: number
  /** Sends out what still waits, then rests. */
  stop(): Promise<void>
}

const DEPOT = 'DEP-2'
/** The driver who can sign in. */
const DRIVER = 'drv-03'
const MOST_STOPS = 6
const LOOK_MS = 500
/** Rounds in a row that bring nothing though something waits: whatever is refused then stays refused. */
const MOST_FRUITLESS = 20
const proof = { kind: 'pin', sha256: 'c'.repeat(64) }

export function startDispatcher(retail: Retail, seed: number, signal: AbortSignal): Dispatcher {
  const insist = insisting(retail, signal)
  const since = new Date()
  let delivered = 0
  let isOver = false
  /** Each route has a day of its own: a driver has one route a day, and a licence that ends one day. */
  const round = async (number: number): Promise<boolean> => {
    const shipments = await waiting(retail, since)
    if (shipments.length === 0) return false
    const doings = { insist, who: 'dispatcher', prefix: `${seed}-route-${number}` }
    delivered += await drive(doings, shipments, daysAfter(dayOf(), number)).catch(unlessRefused)
    return true
  }
  const work = async () => {
    let fruitless = 0
    for (let number = 1; ; ) {
      const before = delivered
      const busy = await round(number)
      if (busy) number++
      else if (isOver) return
      fruitless = busy && delivered === before ? fruitless + 1 : 0
      if (fruitless > MOST_FRUITLESS) throw new Error(`what waits at ${DEPOT} is refused again and again`)
      await sleep(LOOK_MS, undefined, { signal })
    }
  }
  const ended = work()
  ended.catch(() => undefined)
  return {
    get delivered() {
      return delivered
    },
    async stop() {
      isOver = true
      await ended
    },
  }
}

/** Shipments that the own fleet has labels for, of orders since a moment. */
async function waiting({ rows }: Retail, since: Date): Promise<string[]> {
  const found = await rows<{ id: string }>(
    'tms',
    `select s.id from shipment s where s.depot_id = $1 and s.carrier_id = 'own_fleet' and s.status = 'labelled'
       and s.direction = 'outbound' and s.created_at >= $2
       and not exists (select from stop t where t.shipment_id = s.id and t.status <> 'cancelled')
     order by s.id limit ${MOST_STOPS}`,
    [DEPOT, since],
  ).catch(() => [])
  return found.map(({ id }) => id)
}

/** Plans a route, sends it out and delivers all of it. @returns how many stops that were @throws {Refused} */
async function drive(doings: Doings, shipments: readonly string[], date: string): Promise<number> {
  const as = (who: string, tool: string, args: object, suffix = '') =>
    mustAct(doings, tool, args, { domain: 'tms', who, key: `${doings.prefix}-${tool}${suffix}` })
  const lock = shipments.map((shipment_id) => ({ shipment_id, driver_id: DRIVER }))
  const { plan_id, routes } = await as('dispatcher', 'optimize_routes', {
    ...{ depot: DEPOT, date, shipments, time_budget_s: 1, lock },
  })
  await as('dispatcher', 'approve_route_plan', { plan_id })
  let stops = 0
  for (const { route_id } of routes as { route_id: string }[]) {
    const { stop_list } = await as('dispatcher', 'dispatch_route', { route_id }, route_id)
    for (const { stop_id } of stop_list as { stop_id: string }[]) {
      await as('driver', 'update_stop_status', { stop_id, status: 'completed', proof }, stop_id)
      stops++
    }
  }
  return stops
}

/** What was cancelled meanwhile is planned no more; the rest is tried again another day. */
function unlessRefused(error: Error): number {
  if (error instanceof Refused) return 0
  throw error
}
