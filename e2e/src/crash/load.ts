import { setTimeout as sleep } from 'node:timers/promises'
import type { PlainCalls } from '../plain-calls.ts'
import { type KeyedWriter, keyedWriter, type Refusal } from './keyed-writer.ts'

/** What clients were told had happened. */
export interface Acknowledged {
  /** Notes of purchase orders. */
  reorders: string[]
  reservations: { orderRef: string; isReleased: boolean }[]
  /** Units that a customer put into a cart, per product. */
  cart: Map<string, number>
  orders: { orderId: string; productId: string; quantity: number }[]
}

/** Tokens of the people who work and shop. */
export interface LoadTokens {
  buyer: string
  warehouse: string
  /** Fills a cart. */
  collector: string
  /** Buys. */
  shopper: string
}

/** Steady work on both servers that goes on through every outage. */
export interface Load {
  readonly acknowledged: Acknowledged
  /** Acknowledged calls so far, per kind of work. */
  readonly progress: Readonly<Record<string, number>>
  readonly refusals: readonly Refusal[]
  /** Ends the work; every intent that has begun is acknowledged then. */
  stop(): Promise<void>
}

/** What is held, released, ordered. */
export const RESERVED = { sku: 'CAT-1002', qty: 2 }
const REORDERED = { sku: 'CAT-1004', quantity: 1, warehouse: 'WH-2' }
const PAUSE_MS = 40
const PRODUCTS = 8
const MOST_IN_CART = 99

type Work = (writer: KeyedWriter, turn: number, acknowledged: Acknowledged) => Promise<unknown>

/** Starts the work: one loop for each kind. */
export function startLoad(calls: PlainCalls, tokens: LoadTokens): Load {
  const writer = keyedWriter(calls)
  const acknowledged: Acknowledged = { reorders: [], reservations: [], cart: new Map(), orders: [] }
  const progress: Record<string, number> = {}
  let isOver = false
  const loops = Object.entries(workOf(tokens)).map(async ([kind, work]) => {
    progress[kind] = 0
    for (let turn = 1; !isOver; turn++) {
      await work(writer, turn, acknowledged)
      progress[kind] = turn
      await sleep(PAUSE_MS)
    }
  })
  const ended = Promise.all(loops)
  ended.catch(() => {
    isOver = true
  })
  return {
    ...{ acknowledged, progress, refusals: writer.refusals },
    async stop() {
      isOver = true
      await ended
    },
  }
}

function workOf({ buyer, warehouse, collector, shopper }: LoadTokens): Record<string, Work> {
  return {
    async reorder(writer, turn, { reorders }) {
      const note = `crash ${turn}`
      const args = { ...REORDERED, note }
      await writer.write({ domain: 'wms', tool: 'create_reorder', token: buyer, args, key: note })
      reorders.push(note)
    },
    async reserve(writer, turn, { reservations }) {
      const order_ref = `crash-${turn}`
      const common = { domain: 'wms' as const, token: warehouse, key: order_ref }
      await writer.write({ ...common, tool: 'reserve_stock', args: { order_ref, lines: [RESERVED], ttl_s: 3_600 } })
      // The first ones stay, so that there is something to compare; stock is not endless.
      const isReleased = turn > 20 || turn % 2 === 0
      if (isReleased) await writer.write({ ...common, tool: 'release_reservation', args: { order_ref } })
      reservations.push({ orderRef: order_ref, isReleased })
    },
    async fillCart(writer, turn, { cart }) {
      const product_id = String((turn % PRODUCTS) + 1)
      if ((cart.get(product_id) ?? 0) >= MOST_IN_CART) return
      const args = { product_id, quantity: 1 }
      await writer.write({ domain: 'catshop', tool: 'add_to_cart', token: collector, args, key: `fill-${turn}` })
      cart.set(product_id, (cart.get(product_id) ?? 0) + 1)
    },
    async buy(writer, turn, { orders }) {
      const common = { domain: 'catshop' as const, token: shopper, key: `buy-${turn}` }
      const args = { product_id: String((turn % PRODUCTS) + 1), quantity: (turn % 3) + 1 }
      const cart = await writer.write({ ...common, tool: 'add_to_cart', args })
      const [line] = cart.items as { product_id: string }[]
      const { order_id } = await writer.write({ ...common, tool: 'checkout', args: {} })
      orders.push({ orderId: String(order_id), productId: line?.product_id ?? '', quantity: args.quantity })
    },
  }
}
