import { setTimeout as sleep } from 'node:timers/promises'
import type { Retail } from '../retail/retail.ts'
import { type Insisting, type Intent, insisting, type Outcome } from './insist.ts'
import { type Random, seeded } from './random.ts'

/** What a shopper was told of one order, and what was done with it. */
export interface ToldOrder {
  orderId: string
  totalMinor: number
  end: 'kept' | 'cancelled' | 'shipped'
}

/** Customers who buy, change their minds and are sent their goods, through every outage. */
export interface Shoppers {
  readonly orders: readonly ToldOrder[]
  /** Purchases that were refused, by the reason that the customer was told. */
  readonly refused: ReadonlyMap<string, number>
  readonly interruptions: ReadonlyMap<string, number>
  /** Lets everybody finish what they have begun. */
  stop(): Promise<void>
}

/** Product of the shop and its SKU; there is plenty of each. */
export const goods = [
  { product: 1, sku: 'CAT-1001' },
  { product: 2, sku: 'CAT-1002' },
  { product: 3, sku: 'CAT-1003' },
] as const

const customers = Array.from({ length: 10 }, (_, index) => `demo${index + 1}`)
/** Most pay at once; some answers of the provider get lost, some cards are declined. */
const methods = ['pm_sim_visa', 'pm_sim_visa', 'pm_sim_visa', 'pm_sim_mastercard', 'pm_sim_lost', 'pm_sim_declined']

/** What a customer thinks over between two purchases. */
const PAUSE_MS = 250

/** Sends all customers shopping. */
export function startShoppers(retail: Retail, seed: number): Shoppers {
  const insist = insisting(retail)
  const orders: ToldOrder[] = []
  const refused = new Map<string, number>()
  let isOver = false
  const work = customers.map(async (who) => {
    const random = seeded(seed, who)
    for (let turn = 1; !isOver; turn++) {
      await sleep(PAUSE_MS)
      const intents = { insist, who, prefix: `${seed}-${who}-${turn}` }
      const bought = await buy(intents, random)
      if (!bought.done) refused.set(bought.code, (refused.get(bought.code) ?? 0) + 1)
      else {
        const order = { orderId: String(bought.body.order_id), totalMinor: Number(bought.body.total_minor) }
        orders.push({ ...order, end: await endOf(intents, order.orderId, random) })
      }
    }
  })
  const finished = Promise.all(work)
  finished.catch(() => {
    isOver = true
  })
  return {
    ...{ orders, refused, interruptions: insist.interruptions },
    async stop() {
      isOver = true
      await finished
    },
  }
}

/** One customer's doings of one turn. */
interface Doings {
  insist: Insisting
  who: string
  /** Begins every key of the turn. */
  prefix: string
}

function act(
  { insist, who, prefix }: Doings,
  tool: string,
  args: object,
  more: Partial<Intent> = {},
): Promise<Outcome> {
  return insist({ domain: 'catshop', tool, args, who, key: `${prefix}-${tool}`, ...more })
}

/** A single product at once, or a cart of two with a preview. */
async function buy(doings: Doings, random: Random): Promise<Outcome> {
  const { product } = goods[random(goods.length)] as (typeof goods)[number]
  if (random(2) === 0) return act(doings, 'order_product', { product_id: product, quantity: 1 + random(2) })
  const other = goods[random(goods.length)] as (typeof goods)[number]
  await act(doings, 'add_to_cart', { product_id: product, quantity: 1 })
  await act(doings, 'add_to_cart', { product_id: other.product, quantity: 1 }, { key: `${doings.prefix}-add-other` })
  const preview = await act(doings, 'preview_checkout', {})
  if (!preview.done) return preview
  const { checkout_id, total_minor: confirm_total_minor } = preview.body
  const payment_method = methods[random(methods.length)]
  return act(doings, 'checkout', { checkout_id, confirm_total_minor, payment_method })
}

async function endOf(doings: Doings, orderId: string, random: Random): Promise<ToldOrder['end']> {
  const choice = random(5)
  if (choice < 2) {
    const cancelled = await act(doings, 'cancel_my_order', { order_id: orderId, reason: 'Changed my mind' })
    return cancelled.done ? 'cancelled' : 'kept'
  }
  return choice < 4 ? ship(doings, orderId) : 'kept'
}

/** The warehouses pick, pack and hand over what the order has with them. */
async function ship({ insist, prefix }: Doings, orderId: string): Promise<ToldOrder['end']> {
  const wms = async (tool: string, args: object, name: string) =>
    insist({ domain: 'wms', tool, args, who: 'warehouse', key: `${prefix}-${tool}-${name}` })
  const kept = await insist({
    ...{ domain: 'wms', tool: 'get_reservation', args: { order_ref: orderId }, who: 'service:oms', key: 'read' },
  })
  if (!kept.done) return 'kept'
  const allocated = (kept.body.reservations as Reserved[]).filter(({ state }) => state === 'allocated')
  for (const [warehouse, units] of Map.groupBy(allocated, (one) => one.warehouse)) {
    const wave = await wms('create_pick_wave', { warehouse, criteria: { order_refs: [orderId] } }, warehouse)
    if (!wave.done) return 'kept'
    for (const { task_id, qty } of wave.body.tasks as { task_id: string; qty: number }[])
      await wms('confirm_pick', { task_id, qty }, task_id)
    const lines = units.map(({ sku, qty }) => ({ sku, qty }))
    const packed = await wms('pack_shipment', { order_ref: orderId, warehouse, cartons: [{ lines }] }, warehouse)
    if (!packed.done) return 'kept'
  }
  const handed = await wms('hand_over_shipment', { order_ref: orderId }, 'all')
  return handed.done ? 'shipped' : 'kept'
}

interface Reserved {
  sku: string
  qty: number
  warehouse: string
  state: string
}
