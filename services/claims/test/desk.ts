import type { DomainName } from '@backroom/access'
import { type DemoOrder, demoClaims, demoOrders, demoReturns } from '@backroom/demo-data'
import { type RestAnswer, signingAuthority, startDomainService } from '@backroom/fleet-testing'
import { seedDemo as seedOrders } from '@backroom/oms/demo'
import { service as orders } from '@backroom/oms/service'
import type { Tables as OrderTables } from '@backroom/oms/tables'
import { service as payments } from '@backroom/payments/service'
import type { Tables as PaymentTables } from '@backroom/payments/tables'
import { seedDemo as seedReturns } from '@backroom/rma/demo'
import { service as returns } from '@backroom/rma/service'
import type { Tables as ReturnTables } from '@backroom/rma/tables'
import { startBackground } from '../src/background.ts'
import type { Tables } from '../src/database-tables.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { service } from '../src/service.ts'
import { logistics, type Shipments } from './logistics.ts'

type Arguments = Record<string, unknown>

/** The claims server with its processes, and the real servers that it calls; logistics is a stand-in. */
export async function openDesk() {
  const authority = await signingAuthority()
  const shipments: Shipments = new Map()
  const [oms, rma, ledger, tms] = await Promise.all([
    startDomainService<OrderTables>({ service: orders, seed: seedOrders, authority }),
    startDomainService<ReturnTables>({ service: returns, seed: seedReturns, authority }),
    startDomainService<PaymentTables>({ service: payments, authority }),
    startDomainService({ service: logistics(shipments), authority }),
  ])
  const claims = await startDomainService<Tables>({
    service,
    seed: seedDemo,
    background: startBackground,
    authority,
    environment: {
      OMS_URL: oms.address,
      RMA_URL: rma.address,
      PAYMENTS_URL: ledger.address,
      TMS_URL: tms.address,
    },
  })
  const free = freeOrders()
  const as = (token: Promise<string>) => ({
    call: (tool: string, args: Arguments = {}): Promise<RestAnswer> => claims.rest(tool, args, { token }),
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
    mcp: async (method: string, params?: Arguments): Promise<any> => {
      const { result, error } = await claims.mcp(method, params, { token })
      return result ?? error
    },
  })
  return {
    db: claims.db,
    claims,
    oms,
    rma,
    ledger,
    shipments,
    /** A demo account, with the scopes of its role or others. */
    account: (username: string, scope?: string) => as(claims.tokenOf(username, scope)),
    /** Another person of the claims desk: nobody else may approve what the first assessed. */
    colleague: () => as(claims.tokenOf('claims2')),
    /** A customer's agent at the shop, which calls on the customer's behalf. */
    customer: (username: string, scope = 'claims:read claims:write') => as(claims.tokenOf(username, scope)),
    /** Another server of the fleet. */
    peer: (client: DomainName) => as(claims.tokenOfService(client)),
    /** Lets a tool do without approval what it would have to ask for. */
    allow: (tool: string) =>
      claims.db.updateTable('approval_rule').set({ tier: 'A0' }).where('tool', '=', tool).execute(),
    /** A delivered demo order that nothing else is about. */
    order(fits: (order: DemoOrder) => boolean = () => true): DemoOrder {
      const at = free.findIndex(fits)
      const [order] = free.splice(at, 1)
      if (at < 0 || !order) throw new Error('the demo data has no such order left')
      return order
    },
    /** What orders holds for a claim, by order line: state, units, minor units. */
    async draws(sourceId: string) {
      const rows = await oms.db
        .selectFrom('entitlement_draw')
        .select(['order_line_id', 'state', 'qty', 'minor'])
        .where('source', '=', 'claim')
        .where('source_id', '=', sourceId)
        .orderBy('order_line_id')
        .execute()
      return rows.map(({ state, qty, minor }) => [state, qty, minor] as const)
    },
    async close() {
      await claims.stop()
      await Promise.all([tms, ledger, rma, oms].map(({ stop }) => stop()))
      await authority.close()
    },
  }
}

export type Desk = Awaited<ReturnType<typeof openDesk>>

/** Delivered orders without a demo return or claim. */
function freeOrders(): DemoOrder[] {
  const today = new Date()
  const taken = new Set([...demoReturns(today), ...demoClaims(today)].map(({ order }) => order.orderId))
  return demoOrders(today).filter(({ deliveredAt, orderId }) => deliveredAt && !taken.has(orderId))
}
