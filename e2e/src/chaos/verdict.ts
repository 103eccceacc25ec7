import { differencesIn } from '@backroom/fleet/reconciliation'
import { domainsWithProcesses, type Retail } from '../retail/retail.ts'
import type { ToldOrder } from './shoppers.ts'

/** What is left when everything has ended; every list must be empty. */
export interface Verdict {
  /** Processes by domain and state. */
  processes: Record<string, number>
  /** Processes that neither completed nor were undone. */
  unfinished: string[]
  /** Orders that a customer was told of and that are not as told. */
  untrue: string[]
  /** Orders that nobody was told of. */
  unasked: string[]
  /** Payments or shipments that the provider charged more than once, or more than the order cost. */
  overcharged: string[]
  /** Causes that the provider refunded more than once, and orders that got back more than was taken. */
  overpaid: string[]
  /** SKUs of which more was sold than there was. */
  oversold: string[]
  /** What `npm run reconcile` would name. */
  differences: string[]
  /** Charges in the provider's books since the beginning. */
  charges: number
  /** Refunds in them. */
  refunds: number
}

/** Looks at all books once nothing is under way any more. */
export async function judge(retail: Retail, told: readonly ToldOrder[], since: Date): Promise<Verdict> {
  const { processes, unfinished } = await processesOf(retail, since)
  const orders = await ordersSince(retail, since)
  const { charges, refunds } = await movementsSince(retail, since)
  return {
    ...{ processes, unfinished },
    untrue: told.flatMap((one) => untrueOf(one, orders.get(one.orderId))),
    unasked: [...orders.keys()].filter((id) => !told.some(({ orderId }) => orderId === id)),
    overcharged: await overchargedOf(retail, charges, orders),
    overpaid: await overpaidOf(retail, refunds, orders),
    oversold: await oversoldOf(retail),
    differences: differencesIn(await retail.reconcile()),
    charges: charges.length,
    refunds: refunds.length,
  }
}

async function processesOf(retail: Retail, since: Date) {
  const processes: Record<string, number> = {}
  const unfinished: string[] = []
  for (const domain of domainsWithProcesses(retail)) {
    const found = await retail.rows<{ id: string; state: string; parked: { reason: string } | null }>(
      domain,
      `select id, state, parked from saga where created_at >= $1 or ended_at is null`,
      [since],
    )
    for (const { id, state, parked } of found) {
      processes[`${domain} ${state}`] = (processes[`${domain} ${state}`] ?? 0) + 1
      if (state === 'running' || state === 'parked')
        unfinished.push(`${domain} ${id}: ${state} ${parked?.reason ?? ''}`)
    }
  }
  return { processes, unfinished }
}

interface OrderRow {
  id: string
  status: string
  due: number
  captured: number
  refunded: number
  shipped: number
  current: number
  payment_id: string
}

async function ordersSince({ rows }: Retail, since: Date): Promise<Map<string, OrderRow>> {
  const found = await rows<OrderRow>(
    'oms',
    `select o.id, o.status, o.due_minor::int as due, o.captured_minor::int as captured,
       o.refunded_minor::int as refunded, o.payment_id,
       sum(l.qty_shipped)::int as shipped, sum(l.qty_current)::int as current
     from orders o join order_line l on l.order_id = o.id where o.placed_at >= $1 group by o.id`,
    [since],
  )
  return new Map(found.map((row) => [row.id, row]))
}

function untrueOf({ orderId, totalMinor, refundMinor, end }: ToldOrder, order: OrderRow | undefined): string[] {
  if (!order) return [`${orderId} does not exist`]
  const { status, current, shipped, captured, refunded, due } = order
  const told = `${orderId} was ${end}`
  switch (end) {
    case 'cancelled':
      return status === 'cancelled' && current === 0 && due === 0 ? [] : [`${told} and is ${status}, ${current} units`]
    case 'shipped':
    case 'returned':
    case 'claimed': {
      const isTrue = shipped === current && captured === totalMinor && refunded === refundMinor
      return isTrue ? [] : [`${told}: ${shipped} units, ${captured} captured, ${refunded} of ${refundMinor} refunded`]
    }
    case 'kept':
      return status === 'cancelled' ? [`${told} and is ${status}`] : []
  }
}

/** Money that the provider moved. */
interface Movement {
  kind: string
  operation_key: string
  authorization_id: string
  amount_minor: number
}

async function movementsSince({ askProvider }: Retail, since: Date) {
  const period = new URLSearchParams({ from: since.toISOString(), to: new Date(Date.now() + 60_000).toISOString() })
  const { movements } = (await askProvider(`/movements?${period}`)) as { movements: Movement[] }
  const of = (wanted: string) => movements.filter(({ kind }) => kind === wanted)
  return { charges: of('capture'), refunds: of('refund') }
}

/** One capture a shipment, one authorisation a payment, and no more than the order costs. */
async function overchargedOf(
  retail: Retail,
  charges: readonly Movement[],
  orders: Map<string, OrderRow>,
): Promise<string[]> {
  const { twice, sums } = await tally(retail, charges)
  const wrong = twice.map((shipment) => `${shipment} was charged more than once`)
  for (const [orderId, sum] of sums) {
    const order = orders.get(orderId)
    if (!order) wrong.push(`${orderId} was charged ${sum} and does not exist`)
    else if (sum > order.due + order.refunded) wrong.push(`${orderId} was charged ${sum} of ${order.due}`)
  }
  return wrong
}

/** One refund for each cancellation, return and claim, and no more than was taken. */
async function overpaidOf(
  retail: Retail,
  refunds: readonly Movement[],
  orders: Map<string, OrderRow>,
): Promise<string[]> {
  const { twice, sums } = await tally(retail, refunds)
  const wrong = twice.map((cause) => `${cause} was refunded more than once`)
  for (const [orderId, sum] of sums) {
    const captured = orders.get(orderId)?.captured ?? 0
    if (sum > captured) wrong.push(`${orderId} got back ${sum} of ${captured}`)
  }
  return wrong
}

/** Causes with several movements, and the sum of the movements of each order. */
async function tally({ rows }: Retail, movements: readonly Movement[]) {
  const operations = await rows<{ id: string; cause: string; order_ref: string }>(
    'payments',
    `select o.id, o.source_id as cause, i.order_ref from operation o join payment_intent i on i.id = o.intent_id
     where o.id = any($1)`,
    [movements.map(({ operation_key }) => operation_key)],
  )
  const byId = new Map(operations.map((one) => [one.id, one]))
  const causes = Map.groupBy(movements, ({ operation_key }) => byId.get(operation_key)?.cause ?? operation_key)
  const twice = [...causes].flatMap(([cause, same]) => (same.length > 1 ? [cause] : []))
  const sums = new Map<string, number>()
  for (const { operation_key, amount_minor } of movements) {
    const orderId = byId.get(operation_key)?.order_ref ?? ''
    sums.set(orderId, (sums.get(orderId) ?? 0) + amount_minor)
  }
  return { twice, sums }
}

/** Units that left the building or are promised, against all that ever came in. */
async function oversoldOf({ rows }: Retail): Promise<string[]> {
  const found = await rows<{ sku: string; warehouse_id: string }>(
    'wms',
    `select b.sku, b.warehouse_id from stock_balance b join (
       select sku, warehouse_id,
         sum(case when from_bucket = 'outside' then qty when to_bucket = 'outside' then -qty else 0 end) as units
       from movement group by sku, warehouse_id) m using (sku, warehouse_id)
     where b.available < 0 or b.on_hand <> m.units or b.reserved + b.picked > m.units`,
  )
  return found.map(({ sku, warehouse_id }) => `${sku} in ${warehouse_id}`)
}
