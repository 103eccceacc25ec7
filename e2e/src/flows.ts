import assert from 'node:assert/strict'
import type { McpSession } from './mcp-session.ts'

interface Product {
  product_id: string
  id: number
  name: string
  price_minor: number
}

interface Order {
  order_id: string
  number: string
  total_minor: number
  items: { product_id: string; quantity: number }[]
}

/** A customer browses the shop, fills the cart, checks out and finds the order. Resolves with the order. */
export async function buySomething(shop: McpSession): Promise<Order> {
  const names = await shop.toolNames()
  for (const name of ['search_products', 'get_product', 'add_to_cart', 'view_cart', 'checkout', 'get_order_history'])
    assert.ok(names.includes(name), `${name} is offered`)

  const unknown = await shop.call('get_order_status', { order_id: 'ord_unknown' })
  assert.equal(unknown.isError, true)
  assert.equal(unknown.structured.code, 'not_found')

  const { structured: found } = await shop.call('search_products', { query: 'feather wand' })
  const wand = (found.products as Product[])[0]
  assert.equal(wand?.name, 'Feather Wand Teaser')
  const { structured: product } = await shop.call('get_product', { product_id: wand.id })
  assert.equal(product.product_id, wand.product_id)

  const added = await shop.call('add_to_cart', { product_id: wand.id, quantity: 1 })
  assert.equal(added.isError, false, added.text)
  const { structured: cart } = await shop.call('view_cart')
  assert.deepEqual(
    (cart.items as Product[]).map(({ name }) => name),
    ['Feather Wand Teaser'],
  )

  const checkedOut = await shop.call('checkout')
  assert.equal(checkedOut.isError, false, checkedOut.text)
  const order = checkedOut.structured as unknown as Order
  assert.match(order.number, /^ORD-\d{4}-\d+$/)
  assert.ok(order.total_minor >= wand.price_minor)

  const { structured: history } = await shop.call('get_order_history', { limit: 1 })
  const [latest] = history.orders as Order[]
  assert.equal(latest?.order_id, order.order_id)
  assert.deepEqual(
    latest.items.map(({ product_id, quantity }) => ({ product_id, quantity })),
    [{ product_id: wand.product_id, quantity: 1 }],
  )
  return order
}

const WAREHOUSE = 'WH-2'
const SKU = 'CAT-1004'

/** Operations reads the stock of a warehouse and orders some more of one SKU, below what needs a second person. */
export async function placeReorder(inventory: McpSession, quantity: number): Promise<void> {
  const stock = JSON.parse(await inventory.read(`inventory://warehouse/${WAREHOUSE}/stock`))
  assert.equal(stock.warehouse, WAREHOUSE)
  assert.ok(stock.items.length > 0)

  const placed = await inventory.call('create_reorder', { sku: SKU, quantity, warehouse: WAREHOUSE })
  const { po_number: number } = placed.structured
  assert.equal(placed.text, `Reorder placed: PO #${number} (${quantity}× ${SKU} → ${WAREHOUSE})`)

  const order = await inventory.call('get_purchase_order', { po_number: number })
  assert.equal(order.structured.po_number, number)
}
