import { randomUUID } from 'node:crypto'
import { setTimeout as sleep } from 'node:timers/promises'
import type { PlainCalls } from '../plain-calls.ts'
import { type PersistentCaller, persistentCaller, type Refusal } from './persistent-caller.ts'

/** What clients were told had happened. */
export interface Acknowledged {
  /** Notes of purchase orders. */
  reorders: string[]
  reservations: { orderRef: string; isReleased: boolean }[]
  /** Units that a customer put into a cart, per product. */
  cart: Map<string, number>
  orders: { orderId: string; productId: string; quantity: number }[]
}

/** Who works and shops, by their tokens, and what with. */
export interface Workers {
  ops: string
  warehouse: string
  /** Fills a cart. */
  collector: string
  /** Buys. */
  shopper: string
  /** What is reserved again and again. */
  sku: string
  /** Products that are bought in turn; there is enough of each. */
  products: string[]
}

/** Steady work on both servers that goes on through every outage. */
export interface Load {
  readonly acknowledged: Acknowledged
  /** Acknowledged calls so far, per kind of work. */
  readonly progress: Readonly<Record<string, number>>
  readonly refusals: readonly Refusal[]
  /** Why the work ended before its time. */
  readonly failure: Error | undefined
  /** Ends the work; every intent that has begun is acknowledged then. */
  stop(): Promise<void>
}

/** Units of one reservation. */
export const RESERVED_UNITS = 1
const REORDERED = { sku: 'CAT-1004', quantity: 1, warehouse: 'WH-2' }
const PAUSE_MS = 120
const PRODUCTS = 8
const MOST_IN_CART = 99

type Work = (client: PersistentCaller, turn: number, acknowledged: Acknowledged) => Promise<unknown>

/** Starts the work: one loop for each kind. */
export function startLoad(calls: PlainCalls, workers: Workers): Load {
  const client = persistentCaller(calls)
  const acknowledged: Acknowledged = { reorders: [], reservations: [], cart: new Map(), orders: [] }
  const progress: Record<string, number> = {}
  let isOver = false
  const loops = Object.entries(workOf(workers)).map(async ([kind, work]) => {
    progress[kind] = 0
    for (let turn = 1; !isOver; turn++) {
      await work(client, turn, acknowledged)
      progress[kind] = turn
      await sleep(PAUSE_MS)
    }
  })
  const ended = Promise.all(loops)
  let failure: Error | undefined
  ended.catch((error: Error) => {
    isOver = true
    failure = error
  })
  return {
    ...{ acknowledged, progress, refusals: client.refusals },
    get failure() {
      return failure
    },
    async stop() {
      isOver = true
      await ended
    },
  }
}

function workOf({ ops, warehouse, collector, shopper, sku, products }: Workers): Record<string, Work> {
  // No intent of another load is repeated.
  const load = randomUUID().slice(0, 8)
  return {
    async read(client) {
      await client.call({ domain: 'wms', tool: 'get_stock', token: ops, args: { skus: [sku] } })
      await client.call({ domain: 'catshop', tool: 'view_cart', token: collector, args: {} })
    },
    async reorder(client, turn, { reorders }) {
      const note = `crash ${load} ${turn}`
      const args = { ...REORDERED, note }
      await client.call({ domain: 'wms', tool: 'create_reorder', token: ops, args, key: note })
      reorders.push(note)
    },
    async reserve(client, turn, { reservations }) {
      const order_ref = `crash-${load}-${turn}`
      const common = { domain: 'wms' as const, token: warehouse, key: order_ref }
      await client.call({
        ...common,
        tool: 'reserve_stock',
        args: { order_ref, lines: [{ sku, qty: RESERVED_UNITS }], ttl_s: 3_600 },
      })
      // The first ones stay, so that there is something to compare; stock is not endless.
      const isReleased = turn > 20 || turn % 2 === 0
      if (isReleased) await client.call({ ...common, tool: 'release_reservation', args: { order_ref } })
      reservations.push({ orderRef: order_ref, isReleased })
    },
    async fillCart(client, turn, { cart }) {
      const product_id = String((turn % PRODUCTS) + 1)
      if ((cart.get(product_id) ?? 0) >= MOST_IN_CART) return
      const args = { product_id, quantity: 1 }
      await client.call({ domain: 'catshop', tool: 'add_to_cart', token: collector, args, key: `fill-${load}-${turn}` })
      cart.set(product_id, (cart.get(product_id) ?? 0) + 1)
    },
    async buy(client, turn, { orders }) {
      const common = { domain: 'catshop' as const, token: shopper, key: `buy-${load}-${turn}` }
      const args = { product_id: products[turn % products.length] ?? '', quantity: (turn % 3) + 1 }
      const cart = await client.call({ ...common, tool: 'add_to_cart', args })
      const [line] = cart.items as { product_id: string }[]
      const { order_id } = await client.call({ ...common, tool: 'checkout', args: {} })
      orders.push({ orderId: String(order_id), productId: line?.product_id ?? '', quantity: args.quantity })
    },
  }
}
