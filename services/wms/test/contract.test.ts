import assert from 'node:assert/strict'
import { after, before, describe, it } from 'node:test'
import { scopesOfRole } from '@backroom/access'
import { ownTools } from '@backroom/fleet-testing'
import { sql } from 'kysely'
import { type Inventory, openInventory } from './inventory.ts'

/** Read-only, destructive, idempotent, open world: as the design's tool table has them. */
const annotations: Record<string, string> = {
  get_stock: '1010',
  list_low_stock: '1010',
  get_stock_history: '1010',
  forecast_demand: '1010',
  suggest_reorders: '0010',
  create_reorder: '0011',
  cancel_reorder: '0111',
  get_purchase_order: '1010',
  list_purchase_orders: '1010',
  receive_goods: '0010',
  reserve_stock: '0010',
  extend_reservation: '0010',
  release_reservation: '0010',
  adjust_stock: '0110',
  quarantine_stock: '0010',
  release_quarantine: '0010',
  create_transfer: '0010',
  ship_transfer: '0010',
  receive_transfer: '0010',
  cancel_transfer: '0110',
  create_pick_wave: '0010',
  confirm_pick: '0010',
  report_short_pick: '0010',
  pack_shipment: '0010',
  hand_over_shipment: '0010',
  start_cycle_count: '0010',
  submit_count: '0010',
}

describe('what the inventory server offers', () => {
  let inventory: Inventory
  before(async () => {
    inventory = await openInventory()
  })
  after(() => inventory.close())

  it('lists its tools with the hints of the design', async () => {
    const { tools } = await inventory.account().mcp('tools/list')
    const hints = Object.fromEntries(
      ownTools<{ name: string; annotations: Record<string, boolean> }>(tools).map((tool) => {
        const { readOnlyHint, destructiveHint, idempotentHint, openWorldHint } = tool.annotations
        return [tool.name, [readOnlyHint, destructiveHint, idempotentHint, openWorldHint].map(Number).join('')]
      }),
    )
    assert.deepEqual(hints, annotations)
  })

  it('shows the warehouse 25 tools, and tools for services to services alone', async () => {
    const namesFor = async (who: Pick<ReturnType<Inventory['account']>, 'mcp'>) => {
      const { tools } = await who.mcp('tools/list')
      return ownTools<{ name: string }>(tools).map(({ name }) => name)
    }
    const warehouse = await namesFor(inventory.account('staff-warehouse', scopesOfRole('warehouse', 'wms').join(' ')))
    assert.equal(warehouse.length, 25)
    for (const name of ['allocate_reservation', 'get_reservation']) {
      assert.ok(!warehouse.includes(name))
      assert.ok((await namesFor(inventory.service('oms'))).includes(name))
    }
    assert.ok((await namesFor(inventory.service('rma'))).includes('restock_return'))
  })

  it('shows a buyer no tool of the warehouse floor', async () => {
    const { tools } = await inventory.account('staff-buyer', 'wms:read wms:reorder').mcp('tools/list')
    const names = tools.map(({ name }: { name: string }) => name)
    assert.ok(names.includes('create_reorder'))
    assert.ok(!names.includes('reserve_stock') && !names.includes('receive_goods') && !names.includes('adjust_stock'))
  })

  it('places a reorder with the words of the origin', async () => {
    const { tools } = await inventory.account().mcp('tools/list')
    const declared = tools.find(({ name }: { name: string }) => name === 'create_reorder')
    assert.equal(declared.description, 'Place a replenishment purchase order for a SKU at a warehouse.')
    assert.deepEqual(declared.inputSchema.required, ['sku', 'quantity', 'warehouse'])
    const result = await inventory.account().mcp('tools/call', {
      name: 'create_reorder',
      arguments: { sku: 'CAT-1001', quantity: 1, warehouse: 'WH-2' },
    })
    const { po_id, po_number, status } = result.structuredContent
    assert.equal(result.content[0].text, `Reorder placed: PO #${po_number} (1× CAT-1001 → WH-2)`)
    assert.match(po_id, /^po_[0-9A-Z]{26}$/)
    assert.match(po_number, /^PO-\d{4}-\d{6}$/)
    assert.equal(status, 'ordered')
  })

  it('reads the stock of a warehouse under the URI of the origin', async () => {
    const uri = 'inventory://warehouse/WH-2/stock'
    const { contents } = await inventory.account().mcp('resources/read', { uri })
    assert.equal(contents[0].mimeType, 'application/json')
    const page = JSON.parse(contents[0].text)
    assert.equal(page.warehouse, 'WH-2')
    assert.equal(page.items.length, 20)
    assert.ok(page.summary.skus > 20 && page.summary.skus_below_reorder_point > 0)
    assert.ok(page.next.startsWith(`${uri}?cursor=`))
    const { resourceTemplates } = await inventory.account().mcp('resources/templates/list')
    const template = resourceTemplates.find(({ name }: { name: string }) => name === 'warehouse_stock')
    assert.equal(template.uriTemplate, 'inventory://warehouse/{wid}/stock{?cursor,limit,sku,below_reorder}')
    assert.equal(template.description, 'Current stock levels for a warehouse, as JSON.')
  })

  it('narrows the stock of a warehouse to one SKU or to what is low', async () => {
    const read = async (query: string) => {
      const uri = `inventory://warehouse/WH-2/stock?${query}`
      const { contents } = await inventory.account().mcp('resources/read', { uri })
      return JSON.parse(contents[0].text)
    }
    const [only] = (await read('sku=CAT-1001')).items
    assert.equal(only.sku, 'CAT-1001')
    const { items } = await read('below_reorder=true&limit=100')
    assert.ok(items.length > 0)
    for (const item of items) assert.ok(item.available < item.reorder_point)
    const refused = await inventory.account().mcp('resources/read', {
      uri: 'inventory://warehouse/WH-2/stock?limit=many',
    })
    assert.match(refused.message, /limit/)
  })

  it('reviews low stock with the words of the origin and the low-stock resource of the region', async () => {
    const ask = (args: Record<string, string>) =>
      inventory.account().mcp('prompts/get', { name: 'low_stock_review', arguments: args })
    const { description, messages } = await ask({})
    assert.equal(description, 'Guide the agent through a low-stock reorder review.')
    assert.equal(
      messages[0].content.text,
      "Review stock for region 'all'. For each SKU below its reorder point, cross-check 7-day demand from the orders feed and propose a reorder quantity. Ask me to approve before placing any order.",
    )
    const embedded = messages
      .slice(1)
      .map(({ content }: { content: { resource: { uri: string } } }) => content.resource.uri)
    assert.deepEqual(
      embedded,
      [1, 2, 3].map((n) => `inventory://warehouse/WH-${n}/stock?below_reorder=true&limit=100`),
    )
    const west = await ask({ region: 'west' })
    assert.ok(west.messages[0].content.text.startsWith("Review stock for region 'west'."))
    assert.equal(west.messages.length, 2)
  })

  it('completes warehouses, SKUs and regions', async () => {
    const complete = async (ref: Record<string, string>, name: string, value: string) =>
      (await inventory.account().mcp('completion/complete', { ref, argument: { name, value } })).completion.values
    const template = {
      type: 'ref/resource',
      uri: 'inventory://warehouse/{wid}/stock{?cursor,limit,sku,below_reorder}',
    }
    assert.deepEqual(await complete(template, 'wid', 'wh-'), ['WH-1', 'WH-2', 'WH-3'])
    const skus: string[] = await complete(template, 'sku', 'cat')
    assert.ok(skus.length === 8 && skus.every((sku) => sku.startsWith('CAT-')))
    assert.deepEqual(await complete({ type: 'ref/prompt', name: 'low_stock_review' }, 'region', 'e'), ['east'])
  })

  it('reads every other resource', async () => {
    const read = async (uri: string) =>
      JSON.parse((await inventory.account().mcp('resources/read', { uri })).contents[0].text)
    assert.equal((await read('inventory://warehouses')).items.length, 3)
    assert.equal((await read('inventory://sku/CAT-1001')).stock.sku, 'CAT-1001')
    assert.ok((await read('inventory://sku/CAT-1001/movements')).items.length > 0)
    const { body } = await inventory.account().call('list_purchase_orders', { limit: 1 })
    const [{ po_number }] = body.items
    assert.equal((await read(`inventory://purchase-orders/${po_number}`)).po_number, po_number)
    const plan = (await inventory.account().call('suggest_reorders', { region: 'east' })).body
    assert.deepEqual(await read(`inventory://reorder-plan/${plan.plan_id}`), plan)
  })

  it('shows what a warehouse has to do, and leads through counts and recalls', async () => {
    const read = async (uri: string) => {
      const { contents } = await inventory.account().mcp('resources/read', { uri })
      return JSON.parse(contents[0].text)
    }
    const work = await read('inventory://warehouse/WH-3/work')
    const [transfer] = work.transfers
    assert.equal((await read(`inventory://transfers/${transfer.transfer_id}`)).status, 'in_transit')
    const [count] = (await read('inventory://warehouse/WH-1/work')).cycle_counts
    const planned = await read(`inventory://cycle-counts/${count.count_id}`)
    assert.equal(planned.status, 'planned')
    assert.ok(planned.to_count.length > 0)
    const started = await inventory.account().once('start_cycle_count', { count_id: count.count_id })
    assert.equal(started.body.status, 'counting')
    const ask = async (name: string, args: Record<string, string>) =>
      (await inventory.account().mcp('prompts/get', { name, arguments: args })).messages
    const counts = await ask('cycle_count_investigation', { warehouse: 'WH-1' })
    assert.equal(counts.length, 3)
    const { lot_no } = await inventory.db.selectFrom('lot').select('lot_no').executeTakeFirstOrThrow()
    const [text, lot] = await ask('recall_lot', { lot: lot_no })
    assert.match(text.content.text, new RegExp(lot_no))
    const { bins, orders, skus } = JSON.parse(lot.content.resource.text)
    assert.ok(skus.length > 0 && bins.length + orders.length > 0)
  })

  it('has orders of the shop to pick', async () => {
    const { rows } = await sql<{ warehouse_id: string }>`
      select warehouse_id from reservation where state = 'allocated' limit 1`.execute(inventory.db)
    const [waiting] = rows
    const wave = await inventory.account().once('create_pick_wave', { warehouse: waiting?.warehouse_id })
    assert.equal(wave.status, 200)
    assert.deepEqual(wave.body.unplanned, [])
    assert.match(wave.body.tasks[0].order_ref, /^ord_/)
    const { tasks } = JSON.parse(
      (await inventory.account().mcp('resources/read', { uri: `inventory://waves/${wave.body.wave_id}` })).contents[0]
        .text,
    )
    assert.deepEqual(tasks, wave.body.tasks)
  })

  it('names what exists when something does not', async () => {
    const staff = inventory.account()
    const sku = await staff.call('get_stock', { skus: ['CAT-101'] })
    assert.equal(sku.status, 404)
    assert.equal(sku.body.code, 'not_found')
    assert.ok(sku.body.details.nearest['CAT-101'].includes('CAT-1001'))
    assert.equal(sku.body.next_actions[0].tool, 'get_stock')
    const warehouse = await staff.call('create_reorder', { sku: 'CAT-1001', quantity: 1, warehouse: 'WH-9' })
    assert.deepEqual(warehouse.body.details.warehouses, ['WH-1', 'WH-2', 'WH-3'])
    const region = await staff.call('list_low_stock', { region: 'wset' })
    assert.deepEqual(region.body.details.nearest, ['west'])
    const order = await staff.call('get_purchase_order', { po_number: 'PO-1' })
    assert.equal(order.body.next_actions[0].tool, 'list_purchase_orders')
  })
})
