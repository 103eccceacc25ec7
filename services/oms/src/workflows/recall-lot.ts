import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, type Steps } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { returnableUnits } from '../entitlement.ts'
import { placeHold } from '../hold.ts'
import { lockOrder } from '../order.ts'
import { isLiving } from '../order-actions.ts'
import { linesOf } from '../order-line.ts'
import { recordEvent } from '../timeline.ts'

export interface RecallInput {
  lot: string
  reason: string
}

/** What a recall has done so far as it could be done. */
export interface Recalled {
  stock_held: { sku: string; warehouse: string; qty: number }[]
  /** Orders stopped in the warehouse. */
  orders_held: string[]
  /** Orders that left with units of the lot. */
  orders_sent: string[]
  returns: { order_id: string; rma_number: string }[]
  /** Orders whose return could not be opened, such as those still on the road. */
  not_returned: { order_id: string; why: string }[]
  /** false: the lot went into more orders than could be read. */
  complete: boolean
}

interface Lot {
  bins: { sku: string; warehouse: string }[]
  orders: { order_ref: string; sku: string; warehouse: string; qty: number; shipped: boolean }[]
  complete: boolean
}

/** Takes a lot from sale, stops the orders that hold some of it, and asks back what was sent. */
export const recallLot = defineWorkflow<Tables>()({
  name: 'recall_lot',
  kind: 'recall',
  async run(input: RecallInput, steps): Promise<Recalled> {
    const { bins, orders, complete } = await steps.call<Lot>('lot', 'wms', 'get_lot', { lot: input.lot })
    steps.pivot()
    const stock_held = await takeFromSale(steps, input, [...bins, ...orders])
    const known = await steps.transaction('orders', (db) => existing(db, orders))
    const inside = known.filter(({ shipped }) => !shipped).map(({ orderId }) => orderId)
    const sent = Map.groupBy(
      known.filter(({ shipped }) => shipped),
      ({ orderId }) => orderId,
    )
    const recalled: Recalled = {
      ...{ stock_held, orders_held: [], orders_sent: [...sent.keys()], returns: [], not_returned: [], complete },
    }
    for (const orderId of new Set(inside))
      if (await steps.transaction(`hold_${orderId}`, (db) => stop(db, orderId, input)))
        recalled.orders_held.push(orderId)
    for (const [orderId, units] of sent) {
      const outcome = await askBack(steps, orderId, units, input)
      if ('rma_number' in outcome) recalled.returns.push({ order_id: orderId, rma_number: outcome.rma_number })
      else recalled.not_returned.push({ order_id: orderId, why: outcome.why })
    }
    return recalled
  },
})

async function takeFromSale(
  steps: Steps<Tables>,
  { lot, reason }: RecallInput,
  places: readonly { sku: string; warehouse: string }[],
): Promise<Recalled['stock_held']> {
  const held: Recalled['stock_held'] = []
  for (const [place, [at]] of Map.groupBy(places, ({ sku, warehouse }) => `${sku} ${warehouse}`)) {
    if (!at) continue
    const goods = { sku: at.sku, warehouse: at.warehouse, lot, reason, recall: true }
    const { qty } = await steps.call<{ qty: number }>(`quarantine ${place}`, 'wms', 'quarantine_stock', goods)
    held.push({ sku: at.sku, warehouse: at.warehouse, qty })
  }
  return held
}

interface LotUnits {
  orderId: string
  sku: string
  qty: number
  shipped: boolean
}

/** Without what is held for checkouts that are no orders. */
async function existing(db: Kysely<Tables>, units: Lot['orders']): Promise<LotUnits[]> {
  const refs = [...new Set(units.map(({ order_ref }) => order_ref))]
  const orders = await db.selectFrom('orders').select('id').where('id', '=', sql<string>`any(${refs})`).execute()
  return units
    .filter(({ order_ref }) => orders.some(({ id }) => id === order_ref))
    .map(({ order_ref: orderId, sku, qty, shipped }) => ({ orderId, sku, qty, shipped }))
}

/** @returns whether there was anything to stop */
async function stop(db: Kysely<Tables>, orderId: string, { lot }: RecallInput): Promise<boolean> {
  const order = await lockOrder(db, orderId)
  if (!isLiving(order)) return false
  await placeHold(db, order, { kind: 'stock', reason: `Lot ${lot} is recalled; pick other units`, actor: 'orders' })
  return true
}

/** Tells the customer, and opens the return of what has been delivered. */
async function askBack(
  steps: Steps<Tables>,
  orderId: string,
  units: readonly LotUnits[],
  { lot, reason }: RecallInput,
): Promise<{ rma_number: string } | { why: string }> {
  const lines = await steps.transaction(`recall_${orderId}`, async (db) => {
    const data = { lot, reason_untrusted: reason, skus: units.map(({ sku }) => sku) }
    await recordEvent(db, { orderId, type: 'order.recalled', actor: 'orders', data })
    return returnableOf(db, orderId, units)
  })
  if (lines.length === 0) return { why: 'Nothing of it was delivered and can still be returned' }
  if (!steps.isDeployed('rma')) return { why: 'Returns are not part of this fleet' }
  const args = {
    order_id: orderId,
    lines: lines.map((line) => ({ ...line, reason: 'recall' })),
    resolution: 'refund',
  }
  try {
    return await steps.call<{ rma_number: string }>(`return_${orderId}`, 'rma', 'create_rma', args)
  } catch (error) {
    if (error instanceof BusinessError) return { why: error.message }
    throw error
  }
}

async function returnableOf(db: Kysely<Tables>, orderId: string, units: readonly LotUnits[]) {
  const returnable = await returnableUnits(db, [orderId])
  const wanted = new Map<string, number>()
  for (const { sku, qty } of units) wanted.set(sku, (wanted.get(sku) ?? 0) + qty)
  const lines: { order_line_id: string; qty: number }[] = []
  for (const { id, sku } of await linesOf(db, [orderId])) {
    const qty = Math.min(wanted.get(sku) ?? 0, returnable.get(id) ?? 0)
    if (qty === 0) continue
    wanted.set(sku, (wanted.get(sku) ?? 0) - qty)
    lines.push({ order_line_id: id, qty })
  }
  return lines
}
