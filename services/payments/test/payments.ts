import { type DomainService, type RestAnswer, startDomainService } from '@backroom/fleet-testing'
import { sql } from 'kysely'
import { besideTools } from '../src/background.ts'
import type { Tables } from '../src/database-tables.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { service } from '../src/service.ts'
import { type SimulatorProcess, startSimulator } from './simulator-process.ts'

type Arguments = Record<string, unknown>

/** The payments server with its demo data, and a simulated provider as a process of its own. */
export interface Payments
  extends Pick<DomainService<Tables>, 'db' | 'decide' | 'ownerUrl' | 'mcp' | 'tokenOf' | 'tokenOfService'> {
  simulator: SimulatorProcess
  /** Calls a tool as another server of the fleet. */
  asService(tool: string, args: Arguments, client?: 'oms' | 'catshop' | 'claims'): Promise<RestAnswer>
  /** Calls a tool as a demo account; by default with everything that finance is granted. */
  asPerson(tool: string, args?: Arguments, username?: string, scope?: string): Promise<RestAnswer>
  /** A new payment of 100.00, authorised unless its method or amount says otherwise. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into every part of a result.
  authorize(wanted?: Arguments): Promise<any>
  /** What the proof of the books finds; empty when all is right. */
  differences(): Promise<unknown[]>
  /** Data of facts of a type that were handed to the order process, in order. */
  facts(type: string): Promise<Record<string, unknown>[]>
  stop(): Promise<void>
}

export async function openPayments(): Promise<Payments> {
  const simulator = await startSimulator({ profile: 'demo' })
  const provider = simulator.provider()
  const started = startDomainService<Tables>({ service, seed: seedDemo, ...besideTools(provider) })
  const running = await started.catch(async (error) => {
    await simulator.stop()
    throw error
  })
  const { db, decide, rest, tokenOf, tokenOfService } = running
  let checkouts = 0
  const asService: Payments['asService'] = (tool, args, client = 'oms') =>
    rest(tool, args, { token: tokenOfService(client) })
  return {
    db,
    decide,
    ownerUrl: running.ownerUrl,
    mcp: running.mcp,
    tokenOf,
    tokenOfService,
    simulator,
    asService,
    asPerson: (tool, args = {}, username = 'finance', scope) => rest(tool, args, { token: tokenOf(username, scope) }),
    async authorize(wanted = {}) {
      const number = ++checkouts
      const { status, body } = await asService('authorize_payment', {
        checkout_id: `chk-${number}`,
        order_ref: `ord-${number}`,
        customer_id: 'cust-001',
        amount_minor: 10_000,
        currency: 'USD',
        method: 'pm_sim_visa',
        ...wanted,
      })
      if (status !== 200) throw new Error(`authorize_payment answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    differences: () => db.selectFrom('ledger_differences').selectAll().execute(),
    async facts(type) {
      const { rows } = await sql<{ data: Record<string, unknown> }>`
        select input->'data' as data from saga where workflow = 'report_fact' and input->>'type' = ${type}
        order by created_at, id`.execute(db)
      return rows.map(({ data }) => data)
    },
    async stop() {
      await running.stop()
      await simulator.stop()
    },
  }
}
