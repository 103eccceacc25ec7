import type { DomainName } from '@backroom/access'
import { daysAfter } from '@backroom/calendar'
import { type RestAnswer, startDomainService } from '@backroom/fleet-testing'
import { type Kysely, sql } from 'kysely'
import { besideTools } from '../src/background.ts'
import type { Tables } from '../src/database-tables.ts'
import { dayIn } from '../src/day.ts'
import { seedDemo } from '../src/seed/demo.ts'
import { service } from '../src/service.ts'

export const SECRET = 'a secret that the carriers sign with'

/** The day after today where the depots are: its shifts are all to come. */
export const TOMORROW = daysAfter(dayIn('America/New_York'), 1)

export const address = {
  name: 'Jonas Keller',
  line1: '61 Prospect Street',
  city: 'Cincinnati',
  region: 'OH',
  postal_code: '45202',
  country: 'US',
}

/** The logistics server over HTTP with its demo data; a day of the simulated carriers takes `dayMs`. */
export async function openLogistics({ dayMs = 50 } = {}) {
  const simulation = { secret: SECRET, url: '', dayMs }
  const running = await startDomainService<Tables>({ service, seed: seedDemo, ...besideTools(simulation) })
  simulation.url = `${running.address}/tms/webhooks`
  let keys = 0
  const client = (token: Promise<string>) => ({
    call: (tool: string, args: object = {}): Promise<RestAnswer> => running.rest(tool, { ...args }, { token }),
    /** A call that is meant once: it has a key of its own. */
    once: (tool: string, args: object = {}): Promise<RestAnswer> =>
      running.rest(tool, { ...args, idempotency_key: `once-${++keys}` }, { token }),
    /** A call that must succeed. */
    // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
    done: async (tool: string, args: object = {}): Promise<any> => {
      const { status, body } = await running.rest(tool, { ...args }, { token })
      if (status !== 200) throw new Error(`${tool} answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of every method.
    mcp: async (method: string, params?: Record<string, unknown>): Promise<any> => {
      const { result, error } = await running.mcp(method, params, { token })
      return result ?? error
    },
  })
  const account = (username: string, scope?: string) => client(running.tokenOf(username, scope))
  const dispatcher = account('dispatcher')
  let refs = 0
  return {
    db: running.db,
    url: running.address,
    account,
    dispatcher,
    driver: account('driver'),
    service: (name: DomainName) => client(running.tokenOfService(name)),
    /** A shipment of Columbus, labelled at a rate or at the default one. */
    async shipment(more: object = {}, rate?: string): Promise<string> {
      const { shipment_id } = await dispatcher.done('create_shipment', {
        shipment_ref: `test-${++refs}`,
        warehouse: 'WH-2',
        ship_to: address,
        packages: [{ lines: [{ sku: 'CAT-1001', qty: 1 }] }],
        ...more,
      })
      const rates = (await dispatcher.done('quote_rates', { shipment_id })).rates as {
        rate_id: string
        carrier: string
      }[]
      const rate_id = rate && rates.find(({ carrier }) => carrier === rate)?.rate_id
      await dispatcher.done('buy_label', { shipment_id, ...(rate_id ? { rate_id } : {}) })
      return shipment_id
    },
    close: () => running.stop(),
  }
}

export type Logistics = Awaited<ReturnType<typeof openLogistics>>

/** Types of the facts about a shipment that were reported, in order. */
export async function factsAbout(db: Kysely<Tables>, subject: string): Promise<string[]> {
  const { rows } = await sql<{ type: string }>`
    select input ->> 'type' as type from saga where kind = 'report_fact' and subject = ${subject}
    order by created_at, input ->> 'time', id`.execute(db)
  return rows.map(({ type }) => type)
}

/** Polls until something holds. */
export async function until<Value>(what: string, look: () => Promise<Value | undefined | false>): Promise<Value> {
  for (const end = Date.now() + 15_000; Date.now() < end; ) {
    const value = await look()
    if (value) return value
    await new Promise((resolve) => setTimeout(resolve, 25))
  }
  throw new Error(`Waited in vain until ${what}`)
}
