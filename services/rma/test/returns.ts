import { randomUUID } from 'node:crypto'
import type { DomainName } from '@backroom/access'
import { type RestAnswer, signingAuthority, startDomainService } from '@backroom/fleet-testing'
import type { BackgroundContext } from '@backroom/mcp-service'
import { service as orders } from '@backroom/oms/service'
import type { Tables as OrderTables } from '@backroom/oms/tables'
import { service as inventory } from '@backroom/wms/service'
import type { Tables as StockTables } from '@backroom/wms/tables'
import type { Steps } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import { startBackground } from '../src/background.ts'
import type { Tables } from '../src/database-tables.ts'
import { authorize } from '../src/decision.ts'
import { inspect } from '../src/inspection.ts'
import { insertReturn } from '../src/opening.ts'
import { receive } from '../src/receipt.ts'
import { judgeLines } from '../src/return-wish.ts'
import { linesOf, lockRma, newRmaId, nextNumber, type Rma, type RmaLine } from '../src/rma.ts'
import { describeRma } from '../src/rma-view.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { service } from '../src/service.ts'
import { schedules } from '../src/workflows/schedules.ts'
import { drawFor, entitlementOf, type SoldUnits, sell } from './sold.ts'
import { startClaims, startLogistics } from './stand-ins.ts'

/** The returns desk of the demo. */
const DESK = 'staff-returns'

/** SKUs of which every test warehouse may take returns; their prefix decides on the policy. */
export const skus = ['KIT-1', 'KIT-2', 'ELE-1', 'HOM-1', 'CAT-1', 'PET-1', 'BOK-1']

/**
 * The returns server with its processes, over the real tools of orders and inventory; logistics and claims are stood in
 * for, since their own processes cannot share a process with ours.
 */
export async function openReturns() {
  const authority = await signingAuthority()
  const [oms, wms, tms, claims] = await Promise.all([
    startDomainService<OrderTables>({ service: orders, authority }),
    startDomainService<StockTables>({ service: inventory, authority }),
    startLogistics(authority),
    startClaims(authority),
  ])
  await stock(wms.db)
  const announced: string[] = []
  let background: BackgroundContext<Tables> | undefined
  const environment = {
    ...{ OMS_URL: oms.address, WMS_URL: wms.address, TMS_URL: tms.address, CLAIMS_URL: claims.address },
  }
  const running = await startDomainService<Tables>({
    ...{ service, seed: seedDemo, authority, environment },
    background: (context) => {
      background = context
      return startBackground({
        ...context,
        changed: (...uris) => {
          announced.push(...uris)
          context.changed(...uris)
        },
      })
    },
  })
  const as = (token: Promise<string>) => ({
    call: (tool: string, args: object = {}): Promise<RestAnswer> =>
      running.rest(tool, args as Record<string, unknown>, { token }),
    /** A call that is meant once: it has a key of its own. */
    once: (tool: string, args: object = {}): Promise<RestAnswer> =>
      running.rest(tool, { idempotency_key: randomUUID(), ...args }, { token }),
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
    mcp: async (method: string, params?: Record<string, unknown>): Promise<any> => {
      const { result, error } = await running.mcp(method, params, { token })
      return result ?? error
    },
  })
  const clerk = as(running.tokenOf('returns'))
  const asOrders = as(running.tokenOfService('oms'))

  /** Answers of a tool that must succeed. */
  const done = async (tool: string, args: object, who = clerk) => {
    const answer = await who.once(tool, args)
    if (answer.status !== 200) throw new Error(`${tool} answered ${answer.status}: ${JSON.stringify(answer.body)}`)
    return answer.body
  }
  return {
    db: running.db,
    running,
    orders: oms.db,
    stock: wms.db,
    logistics: tms,
    claims,
    announced,
    clerk,
    as,
    account: (username: string, scope?: string) => as(running.tokenOf(username, scope)),
    /** A customer's agent at the shop, which calls on the customer's behalf. */
    customer: (username: string, scope = 'rma:read rma:write') => as(running.tokenOf(username, scope)),
    peer: (client: DomainName) => as(running.tokenOfService(client)),
    /** A call of another service to orders. */
    peerOfOrders: (client: DomainName, tool: string, args: object): Promise<RestAnswer> =>
      oms.rest(tool, args as Record<string, unknown>, { token: oms.tokenOfService(client) }),
    done,
    sold: (lines: readonly SoldUnits[], terms?: Parameters<typeof sell>[2]) => sell(oms.db, lines, terms),
    taken: (orderLineId: string) => entitlementOf(oms.db, orderLineId),
    /** A return of some units of an order's first line, authorised; written as create_rma does in the end. */
    async authorised({ sold, lines }: Awaited<ReturnType<typeof sell>>, qty: number, reason = 'defective') {
      const orderLineId = lines[0]?.order_line_id ?? ''
      const number = await nextNumber(running.db)
      const draw = await drawFor(oms.db, sold, orderLineId, { number, qty })
      const wish = {
        ...{ rmaId: newRmaId(), number, orderRef: sold.order_id, lines: [{ orderLineId, qty, reason }], reason },
        ...{ resolution: 'refund' as const, evidence: [], channel: 'test', actor: DESK },
      }
      return running.db.transaction().execute(async (trx) => {
        const judged = await judgeLines(trx, sold, wish)
        const rma = await insertReturn(trx, wish, sold, judged, [draw], [])
        if (rma.status === 'authorized') return told(trx, rma)
        return told(trx, await authorize(trx, rma, undefined, { actor: DESK }))
      })
    },
    /** The same, received and inspected: so many units accepted, the rest rejected. */
    async inspected(order: Awaited<ReturnType<typeof sell>>, qty: number, accepted: number, reason?: string) {
      const { rma_number } = await this.authorised(order, qty, reason)
      return running.db.transaction().execute(async (trx) => {
        const line = async () => (await linesOf(trx, [rma.id]))[0] as RmaLine
        let rma = await lockRma(trx, rma_number)
        const units = [{ line: (await line()).id, qty, condition: 'as described' }]
        const arrival = { lines: units, warehouse: rma.warehouse, cartonCondition: 'intact' as const, complete: false }
        rma = (await receive(trx, rma, { ...arrival, actor: DESK })).rma
        for (const [count, good] of [
          [accepted, true],
          [qty - accepted, false],
        ] as const) {
          const findings = { qty: count, grade: good ? ('A' as const) : ('D' as const), accepted: good, actor: DESK }
          const nothing = { checks: [], serialsFound: [], photos: [] }
          if (count > 0) rma = (await inspect(trx, rma, await line(), { ...findings, ...nothing })).rma
        }
        return told(trx, rma)
      })
    },
    /** What the orders server tells of a resolution in the end. */
    record: (rma_number: string, resolution_id: string, outcome: object = {}) =>
      asOrders.call('record_resolution', { rma_number, resolution_id, status: 'succeeded', ...outcome }),
    /** The resolution that waits for its effect. */
    async pending(rma_number: string) {
      return eventually(
        async () => (await clerk.call('get_return', { rma_number })).body.resolutions.at(-1),
        (resolution) => resolution?.status === 'pending',
        'a pending resolution',
      )
    },
    /** Facts that the orders server has been told of a return, oldest first. */
    facts: async (rma_number: string) => {
      const { rows } = await sql<{ type: string; data: Record<string, unknown> }>`
        select type, data from fact where data ->> 'rma_number' = ${rma_number} order by received_at, id`.execute(
        oms.db,
      )
      return rows
    },
    /** What the proof of every return finds; empty when all is right. */
    differences: async () => (await sql<object>`select * from return_differences`.execute(running.db)).rows,
    /** One round of what runs by the clock, now, with the steps done one after the other. */
    async runSchedule(name: string) {
      const { callService } = background as BackgroundContext<Tables>
      const steps = {
        transaction: <T>(_: string, work: (db: Kysely<Tables>) => Promise<T>) =>
          running.db.transaction().execute((trx) => work(trx)),
        call: (_: string, domain: DomainName, tool: string, args: Record<string, unknown>) =>
          callService(domain, tool, args),
      }
      await schedules.find((each) => each.name === name)?.run(steps as unknown as Steps<Tables>)
    },
    async close() {
      await running.stop()
      await Promise.all([oms.stop(), wms.stop(), tms.stop(), claims.stop()])
      await authority.close()
    },
  }
}

export type Returns = Awaited<ReturnType<typeof openReturns>>

// biome-ignore lint/suspicious/noExplicitAny: tests look into every part of a return.
const told = (db: Kysely<Tables>, rma: Rma): Promise<any> => describeRma(db, rma)

/** Asks until the answer fits; fails after ten seconds with the last one. */
export async function eventually<T>(ask: () => Promise<T>, fits: (answer: T) => boolean, what: string): Promise<T> {
  let answer = await ask()
  for (const end = Date.now() + 10_000; !fits(answer); answer = await ask()) {
    if (Date.now() > end) throw new Error(`${what} did not come about: ${JSON.stringify(answer)}`)
    await new Promise((resolve) => setTimeout(resolve, 50))
  }
  return answer
}

async function stock(db: Awaited<ReturnType<typeof startDomainService<StockTables>>>['db']): Promise<void> {
  await db
    .insertInto('warehouse')
    .values({
      ...{ id: 'WH-1', name: 'Test', region: 'west', timezone: 'UTC', latitude: 0, longitude: 0 },
      ...{ address: 'Test', cutoff_time: '16:00' },
    } as never)
    .execute()
  await db
    .insertInto('sku')
    .values(skus.map((id) => ({ id, name: id, unit_cost_minor: 100, currency: 'USD', weight_g: 100 })) as never)
    .execute()
  await db
    .insertInto('stock_balance')
    .values(skus.map((sku) => ({ sku, warehouse_id: 'WH-1' })))
    .execute()
}
