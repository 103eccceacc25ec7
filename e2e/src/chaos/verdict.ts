import { differencesIn } from '@backroom/fleet/reconciliation'
import type { Retail } from '../retail/retail.ts'
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
  /** SKUs of which more was sold than there was. */
  oversold: string[]
  /** What `npm run reconcile` would name. */
  differences: string[]
  /** Charges in the provider's books since the beginning. */
  charges: number
}

/** Looks at all books once nothing is under way any more. */
export async function judge(retail: Retail, told: readonly ToldOrder[], since: Date): Promise<Verdict> {
  const { processes, unfinished } = await processesOf(retail, since)
  const orders = await ordersSince(retail, since)
  const charges = await chargesSince(retail, since)
  return {
    ...{ processes, unfinished },
    untrue: told.flatMap((one) => untrueOf(one, orders.get(one.orderId))),
    unasked: [...orders.keys()].filter((id) => !told.some(({ orderId }) => orderId === id)),
    overcharged: await overchargedOf(retail, charges, orders),
    oversold: await oversoldOf(retail),
    differences: differencesIn(await retail.reconcile()),
    charges: charges.length,
  }
}

async function processesOf({ rows }: Retail, since: Date) {
  const processes: Record<string, number> = {}
  const unfinished: string[] = []
  for (const domain of ['oms', 'wms', 'payments'] as const) {
    const found = await rows<{ id: string; state: string; parked: { reason: string } | null }>(
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
  shipped: number
  current: number
  payment_id: string
}

async function ordersSince({ rows }: Retail, since: Date): Promise<Map<string, OrderRow>> {
  const found = await rows<OrderRow>(
    'oms',
    `select o.id, o.status, o.due_minor::int as due, o.captured_minor::int as captured, o.payment_id,
       sum(l.qty_shipped)::int as shipped, sum(l.qty_current)::int as current
     from orders o join order_line l on l.order_id = o.id where o.placed_at >= $1 group by o.id`,
    [since],
  )
  return new Map(found.map((row) => [row.id, row]))
}

function untrueOf({ orderId, totalMinor, end }: ToldOrder, order: OrderRow | undefined): string[] {
  if (!order) return [`${orderId} does not exist`]
  const { status, current, shipped, captured, due } = order
  const told = `${orderId} was ${end}`
  switch (end) {
    case 'cancelled':
      return status === 'cancelled' && current === 0 && due === 0 ? [] : [`${told} and is ${status}, ${current} units`]
    case 'shipped':
      return shipped === current && captured === totalMinor ? [] : [`${told}: ${shipped} units, ${captured} captured`]
    case 'kept':
      return status === 'cancelled' ? [`${told} and is ${status}`] : []
  }
}

interface Charge {
  kind: string
  operation_key: string
  authorization_id: string
  amount_minor: number
}

async function chargesSince({ askProvider }: Retail, since: Date): Promise<Charge[]> {
  const period = new URLSearchParams({ from: since.toISOString(), to: new Date(Date.now() + 60_000).toISOString() })
  const { movements } = await askProvider(`/movements?${period}`)
  return (movements as Charge[]).filter(({ kind }) => kind === 'capture')
}

/** One capture a shipment, one authorisation a payment, and no more than the order costs. */
async function overchargedOf(
  { rows }: Retail,
  charges: readonly Charge[],
  orders: Map<string, OrderRow>,
): Promise<string[]> {
  const wrong: string[] = []
  const operations = await rows<{ id: string; shipment: string; order_ref: string }>(
    'payments',
    `select o.id, o.source_id as shipment, i.order_ref from operation o join payment_intent i on i.id = o.intent_id
     where o.id = any($1)`,
    [charges.map(({ operation_key }) => operation_key)],
  )
  const byId = new Map(operations.map((one) => [one.id, one]))
  const shipmentOf = ({ operation_key }: Charge) => byId.get(operation_key)?.shipment ?? operation_key
  for (const [shipment, same] of Map.groupBy(charges, shipmentOf))
    if (same.length > 1) wrong.push(`${shipment} was charged ${same.length} times`)
  const orderOf = ({ operation_key }: Charge) => byId.get(operation_key)?.order_ref ?? ''
  for (const [orderId, same] of Map.groupBy(charges, orderOf)) {
    const sum = same.reduce((total, { amount_minor }) => total + amount_minor, 0)
    const order = orders.get(orderId)
    if (!order) wrong.push(`${orderId} was charged ${sum} and does not exist`)
    else if (sum > order.due) wrong.push(`${orderId} was charged ${sum} of ${order.due}`)
  }
  return wrong
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
