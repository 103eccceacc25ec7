import { createHmac } from 'node:crypto'
import { freePort, type RestAnswer, startDomainService } from '@backroom/fleet-testing'
import type { Kysely, Selectable } from 'kysely'
import { besideTools } from '../src/background.ts'
import type { Tables } from '../src/database-tables.ts'
import { simulatorProvider } from '../src/provider/simulator.ts'
import { service } from '../src/service.ts'
import { type SimulatorProcess, secret, startSimulator } from './simulator-process.ts'

/** The payments server and the simulated provider, which tells it everything that happens. */
export interface NotifiedPayments {
  address: string
  db: Kysely<Tables>
  simulator: SimulatorProcess
  /** A new payment of 100.00 by that method. */
  authorize(method: string): Promise<Payment>
  asOms(tool: string, args: Record<string, unknown>): Promise<RestAnswer>
  read(paymentId: string): Promise<Payment>
  /** Sends a notification as the provider would; by default signed rightly, now. */
  notify(body: string, headers?: Record<string, string>): Promise<number>
  /** The inbox, oldest first; of one authorization where it is named. */
  inbox(authorizationRef?: string): Promise<Selectable<Tables['provider_event']>[]>
  stop(): Promise<void>
}

// biome-ignore lint/suspicious/noExplicitAny: tests look into every part of a result.
type Payment = any

export async function startNotifiedPayments(): Promise<NotifiedPayments> {
  const port = await freePort()
  // Longer than a loaded machine takes: here nothing is meant to be late.
  const options = { url: `http://127.0.0.1:${port}`, secret, publicUrl: 'http://localhost:8000', answerLimitMs: 10_000 }
  const running = await startDomainService<Tables>({ service, ...besideTools(simulatorProvider(options)) })
  const { address, db, rest, tokenOfService } = running
  const webhookUrl = `${address}/payments/webhooks/simulator`
  const simulator = await startSimulator({ port, webhookUrl })
  const asOms: NotifiedPayments['asOms'] = (tool, args) => rest(tool, args, { token: tokenOfService('oms') })
  let checkouts = 0
  return {
    ...{ address, db, simulator, asOms },
    async authorize(method) {
      const number = ++checkouts
      const { status, body } = await asOms('authorize_payment', {
        ...{ checkout_id: `chk-${number}`, order_ref: `ord-${number}`, customer_id: 'cust-001' },
        ...{ amount_minor: 10_000, currency: 'USD', method },
      })
      if (status !== 200) throw new Error(`authorize_payment answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    async read(payment_id) {
      const { status, body } = await asOms('get_payment', { payment_id })
      if (status !== 200) throw new Error(`get_payment answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    async notify(body, headers = { 'psp-signature': sign(body) }) {
      const init = { method: 'POST', body, headers: { 'content-type': 'application/json', ...headers } }
      return (await fetch(webhookUrl, init)).status
    },
    async inbox(authorizationRef) {
      const rows = await db.selectFrom('provider_event').selectAll().orderBy('received_at').execute()
      return rows.filter(({ payload }) => !authorizationRef || JSON.stringify(payload).includes(authorizationRef))
    },
    async stop() {
      await simulator.stop()
      await running.stop()
    },
  }
}

/** The signature of the simulated provider. */
export function sign(body: string, seconds = Math.floor(Date.now() / 1_000), key = secret): string {
  return `t=${seconds},v1=${createHmac('sha256', key).update(`${seconds}.${body}`).digest('hex')}`
}
