import assert from 'node:assert/strict'
import { randomUUID } from 'node:crypto'
import { type DomainName, resourceUrl } from '@backroom/access'
import type { Browser } from 'playwright-core'
import type { Connect, McpSession, ToolResult } from '../mcp-session.ts'
import { visitor } from '../sign-in.ts'
import { until } from '../until.ts'
import type { Retail } from './retail.ts'

/** People of one store, each signed in at one server with some MCP client. */
export interface StaffedStore {
  customer: McpSession
  /** Of orders. */
  ops: McpSession
  /** Of inventory. */
  warehouse: McpSession
  /** Of payments; may release holds. */
  finance: McpSession
  close(): Promise<void>
}

/** Signs everybody in through the browser, with one client. */
export async function openStore(
  { fleet }: Retail,
  browser: Browser,
  { connect, customer }: { connect: Connect; customer: string },
): Promise<StaffedStore> {
  const session = (account: string, domain: DomainName) =>
    connect(resourceUrl(fleet.publicUrl, domain), visitor(browser, { account: `${account}@example.com` }))
  const [shopper, ops, warehouse, finance] = await Promise.all([
    session(customer, 'catshop'),
    session('ops', 'oms'),
    session('warehouse', 'wms'),
    session('finance', 'payments'),
  ])
  const all = [shopper, ops, warehouse, finance]
  return {
    ...{ customer: shopper, ops, warehouse, finance },
    async close() {
      await Promise.all(all.map((one) => one.close()))
    },
  }
}

/** A call that must succeed. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
export async function done(session: McpSession, tool: string, args: Record<string, unknown> = {}): Promise<any> {
  const { isError, text, structured } = await session.call(tool, args)
  assert.equal(isError, false, `${tool}: ${text}`)
  return structured
}

/** A call that must be refused with a code. */
export async function refused(
  session: McpSession,
  tool: string,
  args: Record<string, unknown>,
  code: string,
): Promise<ToolResult & { structured: { details: Record<string, unknown> } }> {
  const answer = await session.call(tool, args)
  assert.equal(answer.isError, true, `${tool} was not refused: ${answer.text}`)
  assert.equal(answer.structured.code, code, answer.text)
  return answer as ToolResult & { structured: { details: Record<string, unknown> } }
}

/** What a customer wants of one product. */
export interface Wanted {
  product: number
  quantity: number
}

/** The cart holds just this. */
export async function fillCart(customer: McpSession, wanted: readonly Wanted[]): Promise<void> {
  const { items } = await done(customer, 'view_cart')
  for (const { product_id } of items) await done(customer, 'remove_from_cart', { product_id })
  for (const { product: product_id, quantity } of wanted)
    await done(customer, 'add_to_cart', { product_id, quantity, idempotency_key: randomUUID() })
}

/** Previews the cart and buys it for the total that was shown. */
export async function checkOut(customer: McpSession, payment_method?: string) {
  const { checkout_id, total_minor: confirm_total_minor } = await done(customer, 'preview_checkout')
  const args = { checkout_id, confirm_total_minor, ...(payment_method ? { payment_method } : {}) }
  return { args, answer: await customer.call('checkout', args) }
}

/** Buys and waits until warehouses know of it. Answers with the order as operations sees it. */
export async function buy(store: StaffedStore, wanted: readonly Wanted[], method?: string) {
  await fillCart(store.customer, wanted)
  const { answer } = await checkOut(store.customer, method)
  assert.equal(answer.isError, false, answer.text)
  const orderId = String(answer.structured.order_id)
  return orderIs(store, orderId, (order) => order.status !== 'pending')
}

/** Waits until the order is as wanted. */
// biome-ignore lint/suspicious/noExplicitAny: tests look into every part of an order.
export async function orderIs({ ops }: StaffedStore, order_id: string, fits: (order: any) => boolean): Promise<any> {
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every part of an order.
  let order: any
  await until(`order ${order_id} is as wanted`, async () => {
    order = await done(ops, 'get_order', { order_id, include: ['fulfillment_orders'] })
    return fits(order)
  })
  return order
}

/** The warehouses' work on an order, as far as `stage`. Answers with the pick tasks. */
export async function fulfil(
  { warehouse }: StaffedStore,
  { order_id, fulfillment_orders }: FulfillableOrder,
  stage: 'waved' | 'picked' | 'packed' | 'shipped',
): Promise<PickTask[]> {
  const work = (tool: string, args: Record<string, unknown>) =>
    done(warehouse, tool, { idempotency_key: randomUUID(), ...args })
  const all: PickTask[] = []
  for (const { warehouse: place, lines } of fulfillment_orders.filter(({ status }) => status === 'open')) {
    const { tasks } = await work('create_pick_wave', { warehouse: place, criteria: { order_refs: [order_id] } })
    all.push(...tasks)
    if (stage === 'waved') continue
    for (const { task_id, qty } of tasks as PickTask[]) await work('confirm_pick', { task_id, qty })
    if (stage === 'picked') continue
    const cartons = [{ lines: lines.map(({ sku, qty }) => ({ sku, qty })) }]
    await work('pack_shipment', { order_ref: order_id, warehouse: place, cartons })
  }
  if (stage === 'shipped') await work('hand_over_shipment', { order_ref: order_id })
  return all
}

export interface PickTask {
  task_id: string
  sku: string
  qty: number
}

interface FulfillableOrder {
  order_id: string
  fulfillment_orders: { warehouse: string; status: string; lines: { sku: string; qty: number }[] }[]
}
