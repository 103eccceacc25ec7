import { setTimeout as sleep } from 'node:timers/promises'
import type { Retail } from '../retail/retail.ts'
import { arrived, claimFor, sendBack } from './after-sales.ts'
import { act, type Doings } from './doings.ts'
import { insisting, type Outcome } from './insist.ts'
import { type Random, seeded } from './random.ts'

/** How an order ended: for the last two its goods or its money came back. */
export const ends = ['kept', 'cancelled', 'shipped', 'returned', 'claimed'] as const
export type End = (typeof ends)[number]

/** What a shopper was told of one order, and what was done with it. */
export interface ToldOrder {
  orderId: string
  totalMinor: number
  end: End
  /** What was to be paid back. */
  refundMinor: number
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

/** Product of the shop and its SKU; there is plenty of each, and customers may send them back as they like. */
export const goods = [
  { product: 165, sku: 'BOK-1001' },
  { product: 168, sku: 'BOK-1004' },
  { product: 171, sku: 'BOK-1007' },
] as const

/** The last of them lives where the own fleet delivers. */
const customers = Array.from({ length: 10 }, (_, index) => `demo${index + 1}`)
/** Most pay at once; some answers of the provider get lost, some cards are declined. */
const methods = ['pm_sim_visa', 'pm_sim_visa', 'pm_sim_visa', 'pm_sim_mastercard', 'pm_sim_lost', 'pm_sim_declined']

/** What a customer thinks over between two purchases. */
const PAUSE_MS = 250

export interface ShoppersOptions {
  seed: number
  /** How many there are; all by default. */
  customers?: number | undefined
  /** Sends everybody home at once. */
  signal: AbortSignal
}

/** Sends customers shopping. */
export function startShoppers(retail: Retail, { seed, customers: count, signal }: ShoppersOptions): Shoppers {
  const insist = insisting(retail, signal)
  const orders: ToldOrder[] = []
  const refused = new Map<string, number>()
  let isOver = false
  const work = customers.slice(-(count ?? customers.length)).map(async (who) => {
    const random = seeded(seed, who)
    for (let turn = 1; !isOver; turn++) {
      await sleep(PAUSE_MS)
      const intents = { insist, who, prefix: `${seed}-${who}-${turn}` }
      const bought = await buy(intents, random)
      if (!bought.done) refused.set(bought.code, (refused.get(bought.code) ?? 0) + 1)
      else {
        const order = { orderId: String(bought.body.order_id), totalMinor: Number(bought.body.total_minor) }
        const told: ToldOrder = { ...order, end: 'kept', refundMinor: 0 }
        orders.push(told)
        await goOn(intents, told, random)
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

/** Cancels, or has the goods sent and keeps, returns or claims for them; `told` says how far that has come. */
async function goOn(doings: Doings, told: ToldOrder, random: Random): Promise<void> {
  const { orderId } = told
  const choice = random(8)
  if (choice < 2) {
    const cancelled = await act(doings, 'cancel_my_order', { order_id: orderId, reason: 'Changed my mind' })
    if (cancelled.done) told.end = 'cancelled'
  } else if (choice < 7 && (await ship(doings, orderId))) {
    told.end = 'shipped'
    if (choice === 3 || !(await arrived(doings, orderId))) return
    const comesBack = choice < 6
    told.refundMinor = await (comesBack ? sendBack : claimFor)(doings, orderId)
    told.end = comesBack ? 'returned' : 'claimed'
  }
}

/** The warehouses pick, pack and hand over what the order has with them; false when they could not. */
async function ship({ insist, prefix }: Doings, orderId: string): Promise<boolean> {
  const wms = async (tool: string, args: object, name: string) =>
    insist({ domain: 'wms', tool, args, who: 'warehouse', key: `${prefix}-${tool}-${name}` })
  const kept = await insist({
    ...{ domain: 'wms', tool: 'get_reservation', args: { order_ref: orderId }, who: 'service:oms', key: 'read' },
  })
  if (!kept.done) return false
  const allocated = (kept.body.reservations as Reserved[]).filter(({ state }) => state === 'allocated')
  for (const [warehouse, units] of Map.groupBy(allocated, (one) => one.warehouse)) {
    const wave = await wms('create_pick_wave', { warehouse, criteria: { order_refs: [orderId] } }, warehouse)
    if (!wave.done) return false
    for (const { task_id, qty } of wave.body.tasks as { task_id: string; qty: number }[])
      await wms('confirm_pick', { task_id, qty }, task_id)
    const lines = units.map(({ sku, qty }) => ({ sku, qty }))
    const packed = await wms('pack_shipment', { order_ref: orderId, warehouse, cartons: [{ lines }] }, warehouse)
    if (!packed.done) return false
  }
  const handed = await wms('hand_over_shipment', { order_ref: orderId }, 'all')
  return handed.done
}

interface Reserved {
  sku: string
  qty: number
  warehouse: string
  state: string
}
