import { randomUUID } from 'node:crypto'
import type { Retail } from './retail.ts'

/** Units of a SKU at a price in cents; tax for all of them together. */
export interface WantedLine {
  sku: string
  qty: number
  unitMinor?: number
  taxMinor?: number
}

export const shipTo = {
  name: 'Test Person',
  line1: '1 Test Road',
  city: 'Portland',
  region: 'OR',
  postal_code: '97201',
  country: 'US',
}

const standard = { code: 'standard', title: 'Standard delivery', days_min: 3, days_max: 5 }

/** Arguments of a checkout as the shop sends them to orders. */
export function checkoutOf(
  lines: readonly WantedLine[],
  { method = 'pm_sim_visa', checkoutId = `chk_${randomUUID()}` } = {},
) {
  const priced = lines.map(({ unitMinor = 1_000, taxMinor = 80, ...line }) => ({ ...line, unitMinor, taxMinor }))
  const subtotal = priced.reduce((sum, { qty, unitMinor }) => sum + qty * unitMinor, 0)
  const tax = priced.reduce((sum, { taxMinor }) => sum + taxMinor, 0)
  return {
    checkout_id: checkoutId,
    customer: { customer_id: 'cust-001', email: 'demo1@example.com', name: 'Ada Whitfield' },
    channel: 'catshop',
    source: 'cart',
    currency: 'USD',
    lines: priced.map(({ sku, qty, unitMinor, taxMinor }) => ({
      ...{ sku, product_id: `prod-${sku}`, title: `Article ${sku}`, qty, unit_minor: unitMinor },
      ...{ discount_minor: 0, shipping_minor: 0, tax_minor: taxMinor },
    })),
    totals: {
      ...{ subtotal_minor: subtotal, discount_minor: 0, shipping_minor: 0, tax_minor: tax },
      grand_minor: subtotal + tax,
    },
    ship_to: shipTo,
    shipping_option: standard,
    payment_method: method,
  }
}

/** An order as orders tells it. */
export interface PlacedOrder {
  order_id: string
  number: string
  status: string
  payment: { payment_id: string }
  totals: { grand_minor: number }
  lines: { order_line_id: string; sku: string; qty_ordered: number; qty_current: number; qty_shipped: number }[]
  version: number
}

/** Places an order that must come about, as the shop does. */
export async function place(
  { must, quiet }: Retail,
  lines: readonly WantedLine[],
  method?: string,
): Promise<PlacedOrder> {
  const { order } = await must('oms', 'start_checkout', checkoutOf(lines, method ? { method } : {}), 'service:catshop')
  await quiet()
  return must('oms', 'get_order', { order_id: order.order_id }, 'ops')
}

export type Stage = 'waved' | 'picked' | 'packed' | 'shipped'

/** What the warehouses do for an order, as far as `until`. Answers with the last thing that each of them did. */
export async function fulfil(
  { must }: Pick<Retail, 'must'>,
  orderId: string,
  stage: Stage,
  wms = (tool: string, args: object) => must('wms', tool, args, 'warehouse'),
): Promise<{ warehouse: string; tasks: { task_id: string; qty: number; sku: string }[] }[]> {
  const { reservations } = await must('wms', 'get_reservation', { order_ref: orderId }, 'service:oms')
  const allocated = (reservations as Reserved[]).filter(({ state }) => state === 'allocated')
  const done = []
  for (const [warehouse, units] of Map.groupBy(allocated, (one) => one.warehouse)) {
    const { tasks } = await wms('create_pick_wave', { warehouse, criteria: { order_refs: [orderId] } })
    done.push({ warehouse, tasks })
    if (stage === 'waved') continue
    for (const { task_id, qty } of tasks) await wms('confirm_pick', { task_id, qty })
    if (stage === 'picked') continue
    const lines = units.map(({ sku, qty }) => ({ sku, qty }))
    await wms('pack_shipment', { order_ref: orderId, warehouse, cartons: [{ lines }] })
  }
  if (stage === 'shipped') await wms('hand_over_shipment', { order_ref: orderId })
  return done
}

interface Reserved {
  sku: string
  qty: number
  warehouse: string
  state: string
}

/** Some SKU, another one each time, with so many units on the shelves of each of so many warehouses. */
export async function someSku({ rows }: Pick<Retail, 'rows'>, units = 5, warehouses = 1): Promise<string> {
  const found = await rows<{ sku: string }>(
    'wms',
    `select b.sku from stock_balance b join sku s on s.id = b.sku where b.available >= $1 and not s.lot_tracked
     group by b.sku having count(*) >= $2 order by random() limit 1`,
    [units, warehouses],
  )
  if (!found[0]) throw new Error(`no SKU has ${units} units left`)
  return found[0].sku
}
