import { eventually, openProcesses, type Processes } from '../process-fleet.ts'

/** The processes that every test of this folder works with. */
export let shop: Processes

/** What a unit costs where it does not matter. */
export const PRICE = 1_000

/** Starts the processes; `closeShop` stops them. */
export async function openShop(): Promise<void> {
  shop = await openProcesses({ CONFIRM_PAYMENT_SECONDS: '8' })
}

export async function closeShop(): Promise<void> {
  await shop?.stop()
}

/** A line of a fresh SKU. */
export async function lineOf(qty = 1, terms: { warehouses?: number; exactly?: boolean } = {}) {
  const sku = await shop.sku({ units: qty, warehouses: 1, ...terms })
  return { sku, qty, unitMinor: PRICE }
}

/** Units of a SKU that can still be sold. */
export async function available(sku: string): Promise<number> {
  const [row] = await shop.database<{ units: string }>(
    'wms',
    'select sum(available) as units from stock_balance where sku = $1',
    [sku],
  )
  return Number(row?.units)
}

/** Waits until orders, inventory and payments tell the same of an order. */
export const settled = (orderId: string) =>
  eventually(
    async () => (await shop.oms('reconcile_order', { order_id: orderId })).body,
    ({ differences, unfinished }) => differences?.length === 0 && unfinished?.length === 0,
    `agreement about ${orderId}`,
  )

let facts = 0

/** A fact as another domain reports it. */
export function factOf(type: string, subject: string, data: object) {
  const id = `fact_test_${Date.now()}_${facts++}`
  return { specversion: '1.0', id, source: 'test', type, subject, time: new Date().toISOString(), data }
}
