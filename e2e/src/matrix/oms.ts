import { checkoutOf, type PlacedOrder, place, shipTo, someSku } from '../retail/purchases.ts'
import type { Retail } from '../retail/retail.ts'
import { fresh, oneMore, otherText, type Row } from './row.ts'

const row = (tool: string, args: Row['args'], changed: Row['changed'], more: Partial<Row> = {}): Row => ({
  ...{ domain: 'oms', tool, as: 'ops', args, changed },
  ...more,
})

async function order(retail: Retail): Promise<PlacedOrder> {
  return place(retail, [{ sku: await someSku(retail), qty: 3 }])
}

async function line(retail: Retail) {
  const { order_id, lines } = await order(retail)
  return { order_id, order_line_id: lines[0]?.order_line_id ?? '' }
}

async function fulfillmentOrder(retail: Retail) {
  const { order_id, lines } = await order(retail)
  const { fulfillment_orders } = await retail.must(
    'oms',
    'get_order',
    { order_id, include: ['fulfillment_orders'] },
    'ops',
  )
  return { order_id, lines, task: fulfillment_orders[0] }
}

/** An order of which no warehouse has to send one unit: its stock was freed, as if it had never been found. */
async function unrouted(retail: Retail): Promise<string> {
  const { order_id, lines } = await order(retail)
  const [line] = lines
  await retail.must(
    'wms',
    'release_reservation',
    { order_ref: order_id, lines: [{ sku: line?.sku, qty: 1 }] },
    'service:oms',
  )
  await retail.rows('oms', 'update order_line set qty_reserved = qty_reserved - 1 where id = $1', [line?.order_line_id])
  await retail.rows('oms', 'update fo_line set qty = qty - 1 where order_line_id = $1', [line?.order_line_id])
  return order_id
}

/** Where another warehouse has the SKU. */
async function regionElsewhere({ rows }: Retail, sku: string, from: string): Promise<string | undefined> {
  const found = await rows<{ region: string }>(
    'wms',
    `select w.region from stock_balance b join warehouse w on w.id = b.warehouse_id
     where b.sku = $1 and b.warehouse_id <> $2 and b.available >= 4 and w.active limit 1`,
    [sku, from],
  )
  return found[0]?.region
}

async function proposal(retail: Retail): Promise<string> {
  const { order_id, order_line_id } = await line(retail)
  const actions = [{ action: 'set_quantity', order_line_id, qty: 2 }]
  return (await retail.must('oms', 'propose_order_edit', { order_id, actions }, 'ops')).change_id
}

async function hold(retail: Retail) {
  const { order_id } = await order(retail)
  const held = await retail.must('oms', 'place_hold', { order_id, kind: 'manual', reason: 'Look at it' }, 'ops')
  return { order_id, hold_ids: [held.holds[0].hold_id] }
}

/** A process that waits for an operator and that no server runs: what the tool leaves for it can be seen. */
async function parkedProcess(retail: Retail): Promise<string> {
  const id = fresh('test')
  await retail.rows(
    'oms',
    `insert into saga (id, workflow, kind, subject, state, input, parked, started_by, queued)
     values ($1, 'none', 'test', $1, 'parked', '{}', '{"reason": "made up", "retryable": false}', 'test', true)`,
    [id],
  )
  return id
}

async function drawn(retail: Retail) {
  const { order_line_id } = await line(retail)
  const draw = { order_line_id, source: 'rma', source_id: fresh('rma') }
  await retail.must('oms', 'draw_entitlement', { ...draw, qty: 1, minor: 100 }, 'service:rma')
  return draw
}

/** A lot that is not recalled yet. */
async function soundLot({ rows }: Retail): Promise<string> {
  const [lot] = await rows<{ lot_no: string }>(
    'wms',
    `select lot_no from lot where recall_state = 'none' order by random() limit 1`,
  )
  if (!lot) throw new Error('every lot is recalled')
  return lot.lot_no
}

const in30Days = () => new Date(Date.now() + 30 * 86_400_000).toISOString().slice(0, 10)
const in31Days = () => new Date(Date.now() + 31 * 86_400_000).toISOString().slice(0, 10)

/** The write tools of orders. */
export const omsRows: Row[] = [
  row(
    'create_order',
    async (retail) => ({
      customer: { customer_id: 'cust-001', name: 'Ada Whitfield' },
      lines: [{ sku: await someSku(retail), title: 'By phone', qty: 1, unit_minor: 1_000 }],
      ship_to: shipTo,
    }),
    (args) => ({ ...args, ship_to: { ...shipTo, line1: '2 Test Road' } }),
  ),
  row(
    'place_hold',
    async (retail) => ({ order_id: (await order(retail)).order_id, kind: 'manual', reason: 'Look at it' }),
    otherText('reason'),
  ),
  row('release_order_hold', hold, (args) => ({ ...args, hold_ids: ['hold_other'] })),
  row(
    'propose_order_edit',
    async (retail) => {
      const { order_id, order_line_id } = await line(retail)
      return { order_id, actions: [{ action: 'set_quantity', order_line_id, qty: 2 }] }
    },
    (args) => ({ ...args, actions: [{ ...(args.actions as object[])[0], qty: 1 }] }),
    { rewrites: ['order_change'] },
  ),
  row('confirm_order_edit', async (retail) => ({ change_id: await proposal(retail) }), otherText('change_id')),
  row(
    'update_shipping_address',
    async (retail) => ({ order_id: (await order(retail)).order_id, address: { ...shipTo, line1: '3 Test Road' } }),
    (args) => ({ ...args, address: { ...shipTo, line1: '4 Test Road' } }),
  ),
  row(
    'cancel_order',
    async (retail) => ({ order_id: (await order(retail)).order_id, reason: 'Changed my mind' }),
    otherText('reason'),
  ),
  row(
    'route_order',
    async (retail) => ({ order_id: await unrouted(retail) }),
    (args) => ({
      ...args,
      order_id: 'ord_other',
    }),
  ),
  row(
    'reroute_order',
    async (retail) => {
      const sku = await someSku(retail, 4, 3)
      const { order_id } = await place(retail, [{ sku, qty: 2 }])
      const { reservations } = await retail.must('wms', 'get_reservation', { order_ref: order_id }, 'service:oms')
      const from_warehouse = reservations[0].warehouse as string
      return { order_id, from_warehouse, region: await regionElsewhere(retail, sku, from_warehouse) }
    },
    (args) => ({ ...args, region: 'another' }),
  ),
  row(
    'split_fulfillment',
    async (retail) => {
      const { lines, task } = await fulfillmentOrder(retail)
      const part = [{ order_line_id: lines[0]?.order_line_id, qty: 1 }]
      return { fulfillment_order_id: task.fulfillment_order_id, lines: part }
    },
    (args) => ({ ...args, lines: [{ ...(args.lines as object[])[0], qty: 2 }] }),
  ),
  row(
    'mark_backorder',
    async (retail) => ({ ...(await line(retail)), expected_on: in30Days() }),
    (args) => ({ ...args, expected_on: in31Days() }),
  ),
  row(
    'set_promise_date',
    async (retail) => ({ order_id: (await order(retail)).order_id, date: in30Days() }),
    (args) => ({ ...args, date: in31Days() }),
  ),
  row(
    'add_order_note',
    async (retail) => ({ order_id: (await order(retail)).order_id, text: 'The customer called' }),
    otherText('text'),
  ),
  row(
    'export_orders',
    async () => ({ sku: 'CAT-1003' }),
    (args) => ({ ...args, sku: 'CAT-1004' }),
    {
      rewrites: ['order_export'],
    },
  ),
  row('start_recall', async (retail) => ({ lot: await soundLot(retail), reason: 'A seal leaks' }), otherText('reason')),
  row('retry_saga_step', async (retail) => ({ saga_id: await parkedProcess(retail) }), otherText('saga_id'), {
    as: 'admin',
  }),
  row('compensate_saga', async (retail) => ({ saga_id: await parkedProcess(retail) }), otherText('saga_id'), {
    as: 'admin',
  }),
  row(
    'draw_entitlement',
    async (retail) => {
      const { order_line_id } = await line(retail)
      return { order_line_id, source: 'rma', source_id: fresh('rma'), qty: 1, minor: 100 }
    },
    oneMore('minor'),
    { as: 'service:rma' },
  ),
  row('settle_entitlement', drawn, otherText('source_id'), { as: 'service:rma' }),
  row('release_entitlement', drawn, otherText('source_id'), { as: 'service:rma' }),
  row(
    'start_checkout',
    async (retail) => checkoutOf([{ sku: await someSku(retail), qty: 1 }]),
    (args) => ({ ...args, payment_method: 'pm_sim_mastercard' }),
    { as: 'service:catshop' },
  ),
  row(
    'report_fact',
    async () => ({ facts: [adjustedFact()] }),
    () => ({ facts: [adjustedFact()] }),
    { as: 'service:wms' },
  ),
]

function adjustedFact() {
  return {
    ...{ specversion: '1.0', id: fresh('fact'), source: 'inventory', type: 'stock.adjusted.v1', subject: fresh('s') },
    time: new Date().toISOString(),
    data: { sku: 'CAT-1001', warehouse: 'WH-1', delta: 1, reason_code: 'found' },
  }
}
