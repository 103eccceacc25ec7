import { fulfil, place, someSku } from '../retail/purchases.ts'
import type { Retail } from '../retail/retail.ts'
import { type Args, fresh, oneMore, otherText, type Row } from './row.ts'

const WAREHOUSE = 'WH-2'
const SKU = 'CAT-1004'
const ROUTE = { from: 'WH-1', to: 'WH-2' }

const row = (tool: string, args: Row['args'], changed: Row['changed'], more: Partial<Row> = {}): Row => ({
  ...{ domain: 'wms', tool, as: 'warehouse', args, changed },
  ...more,
})

const asked = async (retail: Retail, tool: string, args: Args, who = 'warehouse') => retail.must('wms', tool, args, who)

async function purchaseOrder(retail: Retail): Promise<{ po_number: string }> {
  return asked(retail, 'create_reorder', { sku: SKU, quantity: 1, warehouse: WAREHOUSE, note: fresh('note') }, 'ops')
}

async function reservation(retail: Retail): Promise<string> {
  const order_ref = fresh('chk')
  await asked(retail, 'reserve_stock', { order_ref, lines: [{ sku: await someSku(retail), qty: 1 }], ttl_s: 600 })
  return order_ref
}

async function transferable(retail: Retail): Promise<string> {
  const rows = await retail.rows<{ sku: string }>(
    'wms',
    `select b.sku from stock_balance b join sku s on s.id = b.sku
     where b.warehouse_id = $1 and b.available > 4 and not s.lot_tracked order by random() limit 1`,
    [ROUTE.from],
  )
  return rows[0]?.sku ?? ''
}

async function transfer(retail: Retail): Promise<{ transfer_id: string; sku: string }> {
  const sku = await transferable(retail)
  const { transfer_id } = await asked(retail, 'create_transfer', {
    ...ROUTE,
    lines: [{ sku, qty: 1 }],
    note: fresh('n'),
  })
  return { transfer_id, sku }
}

async function order(retail: Retail): Promise<string> {
  return (await place(retail, [{ sku: await someSku(retail), qty: 2 }])).order_id
}

async function pickTask(retail: Retail) {
  const [wave] = await fulfil(retail, await order(retail), 'waved')
  const [task] = wave?.tasks ?? []
  if (!task) throw new Error('nothing is to be picked')
  return task
}

/** A count of one SKU, and what the books say of its bins. */
async function count(retail: Retail) {
  const { sku, warehouse } = await toCount(retail)
  const { count_id } = await asked(retail, 'start_cycle_count', { warehouse, skus: [sku] })
  const lines = await retail.rows<{ location: string; sku: string; lot?: string; counted: number }>(
    'wms',
    `select location, sku, b.qty as counted from stock_bin b join location l on l.code = b.location and l.warehouse_id = b.warehouse_id
     where b.warehouse_id = $1 and b.sku = $2 and l.kind not in ('stage', 'pack')`,
    [warehouse, sku],
  )
  return { count_id, lines }
}

/** A SKU that nobody counts at the moment, in a warehouse that has some. */
async function toCount({ rows }: Retail): Promise<{ sku: string; warehouse: string }> {
  const found = await rows<{ sku: string; warehouse: string }>(
    'wms',
    `select sku, warehouse_id as warehouse from stock_balance b join sku s on s.id = b.sku
     where b.available > 4 and not s.lot_tracked and not exists (select from count_line l where l.sku = b.sku)
     order by random() limit 1`,
  )
  if (!found[0]) throw new Error('every SKU is being counted')
  return found[0]
}

/** The write tools of inventory. */
export const wmsRows: Row[] = [
  row('suggest_reorders', async () => ({ region: 'east', budget_minor: 1_000_000 }), oneMore('budget_minor'), {
    as: 'ops',
    rewrites: ['reorder_plan', 'reorder_plan_line'],
  }),
  row(
    'create_reorder',
    async () => ({ sku: SKU, quantity: 1, warehouse: WAREHOUSE, note: fresh('note') }),
    oneMore('quantity'),
    { as: 'ops' },
  ),
  row(
    'cancel_reorder',
    async (retail) => ({ po_number: (await purchaseOrder(retail)).po_number, reason: 'Too much' }),
    otherText('reason'),
    { as: 'ops', waits: true },
  ),
  row(
    'receive_goods',
    async (retail) => ({ po_number: (await purchaseOrder(retail)).po_number, lines: [{ sku: SKU, qty: 1 }] }),
    (args) => ({ ...args, lines: [{ sku: SKU, qty: 2 }] }),
  ),
  row(
    'reserve_stock',
    async (retail) => ({ order_ref: fresh('chk'), lines: [{ sku: await someSku(retail), qty: 1 }], ttl_s: 600 }),
    oneMore('ttl_s'),
  ),
  row(
    'extend_reservation',
    async (retail) => ({ order_ref: await reservation(retail), ttl_s: 900 }),
    oneMore('ttl_s'),
    { rewrites: ['reservation.expires_at'] },
  ),
  row(
    'allocate_reservation',
    async (retail) => ({ checkout_id: await reservation(retail), order_ref: fresh('ord') }),
    (args) => ({ ...args, order_ref: fresh('ord') }),
    { as: 'service:oms' },
  ),
  row(
    'release_reservation',
    async (retail) => ({ order_ref: await reservation(retail) }),
    (args) => ({ ...args, lines: [{ sku: SKU, qty: 1 }] }),
  ),
  row(
    'adjust_stock',
    async () => ({ sku: SKU, warehouse: WAREHOUSE, delta: 1, reason_code: 'found', evidence: fresh('seen') }),
    oneMore('delta'),
    { waits: true },
  ),
  row(
    'quarantine_stock',
    async () => ({ sku: SKU, warehouse: WAREHOUSE, qty: 1, reason: fresh('why') }),
    oneMore('qty'),
    { waits: true },
  ),
  row(
    'release_quarantine',
    async (retail) => {
      const goods = { sku: await transferable(retail), warehouse: ROUTE.from, reason: fresh('why') }
      await asked(retail, 'quarantine_stock', { ...goods, qty: 2 }, 'service:oms')
      return { ...goods, qty: 1 }
    },
    oneMore('qty'),
    { waits: true },
  ),
  row(
    'create_transfer',
    async (retail) => ({ ...ROUTE, lines: [{ sku: await transferable(retail), qty: 1 }], note: fresh('note') }),
    otherText('note'),
  ),
  row(
    'ship_transfer',
    async (retail) => ({ transfer_id: (await transfer(retail)).transfer_id }),
    otherText('transfer_id'),
  ),
  row(
    'receive_transfer',
    async (retail) => {
      const { transfer_id, sku } = await transfer(retail)
      await asked(retail, 'ship_transfer', { transfer_id })
      return { transfer_id, lines: [{ sku, qty: 1 }], final: false }
    },
    (args) => ({ ...args, final: true }),
  ),
  row(
    'cancel_transfer',
    async (retail) => ({ transfer_id: (await transfer(retail)).transfer_id, reason: 'Not needed' }),
    otherText('reason'),
    { waits: true },
  ),
  row(
    'create_pick_wave',
    async (retail) => {
      const order_ref = await order(retail)
      const { reservations } = await retail.must('wms', 'get_reservation', { order_ref }, 'service:oms')
      return { warehouse: reservations[0].warehouse, criteria: { order_refs: [order_ref] }, max_orders: 5 }
    },
    oneMore('max_orders'),
  ),
  row(
    'confirm_pick',
    async (retail) => {
      const { task_id } = await pickTask(retail)
      return { task_id, qty: 1 }
    },
    oneMore('qty'),
  ),
  row('report_short_pick', async (retail) => ({ task_id: (await pickTask(retail)).task_id, qty: 1 }), oneMore('qty')),
  row(
    'pack_shipment',
    async (retail) => {
      const order_ref = await order(retail)
      const [done] = await fulfil(retail, order_ref, 'picked')
      const lines = done?.tasks.map(({ sku, qty }) => ({ sku, qty }))
      return { order_ref, warehouse: done?.warehouse, cartons: [{ lines, container: fresh('box') }] }
    },
    (args) => ({ ...args, cartons: [{ ...(args.cartons as object[])[0], container: 'another' }] }),
  ),
  row(
    'hand_over_shipment',
    async (retail) => {
      const order_ref = await order(retail)
      await fulfil(retail, order_ref, 'packed')
      return { order_ref, carrier: 'Cat Express' }
    },
    otherText('carrier'),
  ),
  row(
    'start_cycle_count',
    async (retail) => {
      const { sku, warehouse } = await toCount(retail)
      return { warehouse, skus: [sku] }
    },
    (args) => ({ ...args, blind: false }),
  ),
  row('submit_count', count, (args) => ({
    ...args,
    lines: (args.lines as { counted: number }[]).map((line) => ({ ...line, counted: 0 })),
  })),
  row(
    'restock_return',
    async () => ({ rma_line: fresh('rml'), sku: SKU, warehouse: WAREHOUSE, qty: 1, disposition: 'restock' }),
    oneMore('qty'),
    { as: 'service:rma' },
  ),
]
