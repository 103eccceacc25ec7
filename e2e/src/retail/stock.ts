import { randomUUID } from 'node:crypto'
import type { Retail } from './retail.ts'

const WAREHOUSE = 'WH-2'

/** Buys units of a SKU from its supplier and books their arrival. */
export async function stockUp({ must, policy }: Retail, sku: string, units: number): Promise<void> {
  await policy('wms', `update approval_limit set limit_minor = 1000000000 where tool = 'create_reorder'`)
  const wish = { sku, quantity: units, warehouse: WAREHOUSE, note: randomUUID() }
  const { po_number } = await must('wms', 'create_reorder', wish, 'ops')
  await must('wms', 'receive_goods', { po_number, lines: [{ sku, qty: units }] }, 'warehouse')
}

/** Leaves exactly so many units of a SKU to be sold: the others are held for somebody else for a day. */
export async function leaveForSale({ must, rows }: Retail, sku: string, units: number): Promise<void> {
  const [stock] = await rows<{ available: number }>(
    'wms',
    'select sum(available)::int as available from stock_balance where sku = $1',
    [sku],
  )
  const surplus = (stock?.available ?? 0) - units
  if (surplus < 0) throw new Error(`${sku} has fewer than ${units} units`)
  const lines = [{ sku, qty: surplus }]
  if (surplus > 0)
    await must(
      'wms',
      'reserve_stock',
      { order_ref: `aside-${randomUUID()}`, lines, ttl_s: 86_400, allow_split: true },
      'warehouse',
    )
}
