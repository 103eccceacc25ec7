import { randomUUID } from 'node:crypto'
import { readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { type DomainName, domainNames } from '@backroom/access'
import { readState } from '@backroom/fleet'
import { addressesOfFleet, type CheckResult, differencesIn, reconcile } from '@backroom/fleet/reconciliation'
import type { TestFleet } from '@backroom/fleet-testing'
import pg from 'pg'
import { type Answer, plainCalls } from '../plain-calls.ts'
import { until } from '../until.ts'
import { serviceToken } from './service-token.ts'

/** A demo account (`demo1`, `warehouse`), or `service:` and the name of a domain. */
export type Who = string

/** Everybody who works with one fleet, over REST through the gateway. */
export interface Retail {
  fleet: TestFleet
  /** One call, whatever comes of it. */
  call(domain: DomainName, tool: string, args: object, who: Who, key?: string): Promise<Answer>
  /** One call that must succeed, with a key of its own. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into results of every tool.
  must(domain: DomainName, tool: string, args: object, who: Who): Promise<any>
  token(who: Who, domain: DomainName): Promise<string>
  /** Rows of a domain, read with its own login. */
  rows<Row extends object>(domain: DomainName | 'auth', query: string, values?: unknown[]): Promise<Row[]>
  /** Runs statements as whoever owns the domain's policy. */
  policy(domain: DomainName, statement: string): Promise<void>
  /** Waits until no process and no report between domains is under way. */
  quiet(limitMs?: number): Promise<void>
  reconcile(): Promise<CheckResult[]>
  /** What the books disagree on, once all is quiet. */
  differences(): Promise<string[]>
  /** Orders a behaviour of the payment provider for its next operations. */
  provider(operation: string, behaviour: string, times?: number): Promise<void>
  /** Asks the payment provider. */
  // biome-ignore lint/suspicious/noExplicitAny: tests look into answers of the provider, which is no part of the fleet.
  askProvider(path: string): Promise<any>
  close(): Promise<void>
}

/** Environment of a fleet that many calls of one test go through. */
export const busyFleet = { RATE_LIMIT_PER_MINUTE: '0', CALLS_PER_MINUTE: '1000000', LOG_LEVEL: 'error' }

/** The part of a fleet that takes an order from cart to money; what logistics, returns and claims add is left out. */
export const orderToCash = ['gateway', 'auth', 'catshop', 'oms', 'wms', 'payments', 'psp']

const TOKEN_MS = 10 * 60_000
const PSP_OFFSET = 110
/** Tokens of these accounts for payments also carry what is granted by name alone. */
const byName: Record<string, string> = { 'finance payments': 'payments:release_hold' }

/** Opens the doors of a fleet. */
export function openRetail(fleet: TestFleet): Retail {
  const calls = plainCalls(fleet.publicUrl)
  const tokens = new Map<string, { token: Promise<string>; until: number }>()
  const token = (who: Who, domain: DomainName): Promise<string> => {
    const name = `${who} ${domain}`
    const known = tokens.get(name)
    if (known && known.until > Date.now()) return known.token
    const fresh = newToken(fleet, who, domain)
    fresh.catch(() => tokens.delete(name))
    tokens.set(name, { token: fresh, until: Date.now() + TOKEN_MS })
    return fresh
  }
  const call: Retail['call'] = async (domain, tool, args, who, key) =>
    calls.tool(domain, await token(who, domain), tool, args as Record<string, unknown>, key)
  const pools = new Map<string, pg.Pool>()
  const rows: Retail['rows'] = async <Row extends object>(
    domain: DomainName | 'auth',
    query: string,
    values: unknown[] = [],
  ) => {
    const pool = pools.get(domain) ?? openPool(fleet, domain)
    pools.set(domain, pool)
    return (await pool.query<Row>(query, values)).rows
  }
  const psp = async (path: string, body?: object) => {
    const secret = (await readFile(join(fleet.data, 'keys', 'psp-secret'), 'utf8')).trim()
    const response = await fetch(`http://127.0.0.1:${fleet.port + PSP_OFFSET}${path}`, {
      headers: { authorization: `Bearer ${secret}`, 'content-type': 'application/json' },
      ...(body ? { method: 'POST', body: JSON.stringify(body) } : {}),
    })
    if (!response.ok) throw new Error(`the provider answered ${response.status}: ${await response.text()}`)
    return response.json()
  }
  const look = async () => {
    const state = readState(fleet.data)?.state
    if (!state) throw new Error('the fleet does not run')
    return reconcile(addressesOfFleet(state))
  }
  const quiet = (limitMs = 60_000) =>
    until('all processes have ended', async () => (await underWay(retail)).length === 0, { limitMs, everyMs: 100 })
  const retail: Retail = {
    ...{ fleet, call, token, rows, quiet },
    async must(domain, tool, args, who) {
      const { status, body } = await call(domain, tool, args, who, randomUUID())
      if (status !== 200) throw new Error(`${tool} answered ${status}: ${JSON.stringify(body)}`)
      return body
    },
    policy: async (domain, statement) => void (await rows(domain, statement)),
    reconcile: look,
    async differences() {
      await quiet()
      return differencesIn(await look())
    },
    provider: async (operation, behaviour, times = 1) => void (await psp('/control', { operation, behaviour, times })),
    askProvider: (path) => psp(path),
    close: async () => void (await Promise.all([...pools.values()].map((pool) => pool.end()))),
  }
  return retail
}

/** The domains of a fleet that run processes. */
export function domainsWithProcesses({ fleet }: Pick<Retail, 'fleet'>): DomainName[] {
  const deployed = readState(fleet.data)?.state.processes ?? {}
  return domainNames.filter((domain) => domain !== 'catshop' && domain in deployed)
}

/** Processes that have not ended and do not wait for a person. */
async function underWay(retail: Retail): Promise<string[]> {
  const open = await Promise.all(
    domainsWithProcesses(retail).map((domain) =>
      retail.rows<{ id: string }>(domain, `select id from saga where state = 'running'`),
    ),
  )
  return open.flat().map(({ id }) => id)
}

async function newToken(fleet: TestFleet, who: Who, domain: DomainName): Promise<string> {
  const client = domainNames.find((name) => who === `service:${name}`)
  if (client) return serviceToken(fleet, client, domain)
  const named = byName[`${who} ${domain}`]
  const account = `${who}@example.com`
  if (!named) return fleet.token(account, domain)
  const { workingSet } = await import('@backroom/access')
  return fleet.token(account, domain, [...workingSet(domain), named].join(' '))
}

function openPool(fleet: TestFleet, domain: string): pg.Pool {
  const options = `-c search_path=${domain}`
  const pool = new pg.Pool({ connectionString: fleet.databaseUrl(domain), options, max: 3 })
  pool.on('error', () => undefined)
  return pool
}
