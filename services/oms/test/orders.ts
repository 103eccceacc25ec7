import type { DomainName } from '@backroom/access'
import { type DomainServiceOptions, domainDatabase, type RestAnswer, startDomainService } from '@backroom/fleet-testing'
import type { Kysely } from 'kysely'
import type { Address } from '../src/address.ts'
import type { Tables } from '../src/database-tables.ts'
import { createOrder, type NewOrder, type Order } from '../src/order.ts'
import type { NewLine } from '../src/order-line.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { service } from '../src/service.ts'

/** An empty database of this service. */
export async function openDatabase() {
  const database = await domainDatabase('oms')
  const { db } = database.connect<Tables>(8)
  return { database, db }
}

export const address: Address = {
  name: 'Test Person',
  line1: '1 Test Road',
  city: 'Portland',
  region: 'OR',
  postal_code: '97201',
  country: 'US',
}

export const standard = { code: 'standard', title: 'Standard delivery', days_min: 3, days_max: 5 }

/** A line of units at a price, with nothing else. */
export function lineOf(sku: string, qty: number, unitMinor = 1_000, taxMinor = 0): NewLine {
  return {
    sku,
    productId: `prod-${sku}`,
    title: `Article ${sku}`,
    qty,
    unitMinor,
    discountMinor: 0,
    shippingMinor: 0,
    taxMinor,
  }
}

/** Places an order in a transaction of its own. */
export function place(db: Kysely<Tables>, lines: readonly NewLine[], changes: Partial<NewOrder> = {}): Promise<Order> {
  return db.transaction().execute((trx) =>
    createOrder(trx, {
      checkoutId: null,
      channel: 'test',
      source: 'cart',
      customer: { customerId: 'cust-t', email: 'test@example.com', name: 'Test Person' },
      currency: 'USD',
      lines,
      shipTo: address,
      shippingOption: standard,
      actor: 'test',
      ...changes,
    }),
  )
}

/** What the proof of every order finds; empty when all is right. */
export async function differences(db: Kysely<Tables>) {
  const orders = await db.selectFrom('order_differences').selectAll().execute()
  const demand = await db.selectFrom('demand_differences').selectAll().execute()
  const compensation = await db.selectFrom('compensation_differences').selectAll().execute()
  return [...orders, ...compensation, ...demand]
}

/** The orders server over HTTP with its demo data, and accounts to call it with. */
export async function openOrders(options: Partial<DomainServiceOptions<Tables>> = {}) {
  const running = await startDomainService<Tables>({ service, seed: seedDemo, ...options })
  const as = (token: Promise<string>) => ({
    call: (tool: string, args?: Record<string, unknown>): Promise<RestAnswer> => running.rest(tool, args, { token }),
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
    mcp: async (method: string, params?: Record<string, unknown>): Promise<any> => {
      const { result, error } = await running.mcp(method, params, { token })
      return result ?? error
    },
  })
  return {
    db: running.db,
    running,
    /** A demo account, with the scopes of its role or others. */
    account: (username: string, scope?: string) => as(running.tokenOf(username, scope)),
    /** Another server of the fleet. */
    peer: (client: DomainName) => as(running.tokenOfService(client)),
    /** A customer's agent at the shop, which calls on the customer's behalf. */
    customer: (username: string, scope = 'oms:read oms:cancel') => as(running.tokenOf(username, scope)),
    /** Lets an account do without approval what a tool would have to ask for. */
    allow: (tool: string, account = '*') =>
      running.db.insertInto('approval_rule').values({ tool, account, tier: 'A0' }).execute(),
    close: () => running.stop(),
  }
}

export type Orders = Awaited<ReturnType<typeof openOrders>>
