import { setTimeout as sleep } from 'node:timers/promises'
import { type DomainName, domainNames } from '@backroom/access'
import {
  createAccount,
  createClient,
  endSession,
  freezeClient,
  listGrants,
  listSessions,
  lockAccount,
  revokeGrant,
} from '@backroom/auth/administration'
import type { AuthTables } from '@backroom/auth/tables'
import { connect } from '@backroom/database'
import { signInEverywhere, startFleet, type TestFleet } from '@backroom/fleet-testing'
import type { Kysely } from 'kysely'
import type { BenchOptions } from './options.ts'

const TRIALS = 200
const AT_A_TIME = 5
const POLL_MS = 50
const GIVE_UP_MS = 30_000
const GOAL_P99_MS = 5_000
const REDIRECT = 'http://127.0.0.1/callback'
const UNLIMITED = {
  RATE_LIMIT_PER_MINUTE: '0',
  CALLS_PER_MINUTE: '1000000',
  RATE_LIMIT_FACTOR: '10000',
  LOG_LEVEL: 'warn',
}

/** A person at every server, through one client and in one session. */
interface Connected {
  email: string
  sub: string
  clientId: string
  tokens: Record<DomainName, string>
}

/** Milliseconds from the revocation until each server turned the token away; and whether payments did so at once. */
interface Trial {
  kind: string
  servers: Record<DomainName, number>
  paymentsAtOnce: boolean
}

/** How soon every server refuses what was revoked: grants, sessions, clients and people, in turn. */
export async function benchRevocation({ json }: BenchOptions): Promise<void> {
  const fleet = await startFleet({ environment: UNLIMITED })
  const { db, close } = connect<AuthTables>(fleet.databaseUrl('auth'), { schema: 'auth' })
  try {
    const trials: Trial[] = []
    let next = 0
    const work = async () => {
      while (next < TRIALS) trials.push(await runTrial(fleet, db, next++))
    }
    await Promise.all(Array.from({ length: AT_A_TIME }, work))
    report(trials, json)
  } finally {
    await close()
    await fleet.stop()
  }
}

type Revocation = (db: Kysely<AuthTables>, connected: Connected) => Promise<unknown>

const revocations: Record<string, Revocation> = {
  async grant(db, { sub }) {
    for (const { gid } of await listGrants(db, { sub })) await revokeGrant(db, gid, 'bench')
  },
  async session(db, { sub }) {
    for (const { uid } of await listSessions(db, sub)) await endSession(db, uid, 'bench')
  },
  client: (db, { clientId }) => freezeClient(db, [], { clientId, reason: 'bench' }, 'bench'),
  person: (db, { email }) => lockAccount(db, email, 'bench'),
}

async function runTrial(fleet: TestFleet, db: Kysely<AuthTables>, number: number): Promise<Trial> {
  const names = Object.keys(revocations)
  const kind = names[number % names.length] ?? ''
  const connected = await connectEverywhere(fleet, db, number)
  for (const domain of domainNames) await requireServed(fleet, domain, connected.tokens[domain])
  await revocations[kind]?.(db, connected)
  const revokedAt = performance.now()
  const paymentsAtOnce = (await refundStatus(fleet, connected.tokens.payments)) === 401
  const entries = domainNames.map(async (domain) => {
    while ((await readStatus(fleet, domain, connected.tokens[domain])) !== 401) {
      if (performance.now() - revokedAt > GIVE_UP_MS) throw new Error(`${domain} still lets the ${kind} in.`)
      await sleep(POLL_MS)
    }
    return [domain, performance.now() - revokedAt] as const
  })
  return { kind, servers: Object.fromEntries(await Promise.all(entries)) as Trial['servers'], paymentsAtOnce }
}

async function connectEverywhere(fleet: TestFleet, db: Kysely<AuthTables>, number: number): Promise<Connected> {
  const username = `bench${number}`
  const email = `${username}@example.com`
  const { password_hash } = await db
    .selectFrom('account')
    .select('password_hash')
    .where('username', '=', 'support')
    .executeTakeFirstOrThrow()
  const sub = await createAccount(db, { email, username, role: 'support', password_hash }, 'bench')
  const profile = 'support-agent'
  const { clientId } = await createClient(
    db,
    { name: username, profile, redirectUris: [REDIRECT], confidential: false },
    'bench',
  )
  const tokens = await signInEverywhere(fleet, { account: email, clientId, redirectUri: REDIRECT })
  return { email, sub, clientId, tokens: tokens as Connected['tokens'] }
}

async function requireServed(fleet: TestFleet, domain: DomainName, token: string): Promise<void> {
  const status = await readStatus(fleet, domain, token)
  if (status !== 200) throw new Error(`${domain} answered ${status} before anything was revoked.`)
}

const readStatus = (fleet: TestFleet, domain: DomainName, token: string) =>
  post(fleet, `/${domain}/tools/list_approvals`, token)

/** A refund without arguments: refused as such by whoever may ask for one. */
const refundStatus = (fleet: TestFleet, token: string) => post(fleet, '/payments/tools/refund_payment', token)

async function post({ publicUrl }: TestFleet, path: string, token: string): Promise<number> {
  const response = await fetch(`${publicUrl}${path}`, {
    method: 'POST',
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
    body: '{}',
  })
  await response.text()
  return response.status
}

function report(trials: readonly Trial[], json: boolean): void {
  const rows = domainNames.map((domain) => {
    const times = trials.map(({ servers }) => servers[domain]).sort((a, b) => a - b)
    return { server: domain, ...{ p50_ms: at(times, 0.5), p99_ms: at(times, 0.99), max_ms: at(times, 1) } }
  })
  const last = trials.map(({ servers }) => Math.max(...Object.values(servers))).sort((a, b) => a - b)
  const figures = {
    trials: trials.length,
    rows,
    whole_fleet: { p50_ms: at(last, 0.5), p99_ms: at(last, 0.99), max_ms: at(last, 1) },
    payments_changes_refused_at_once: trials.filter(({ paymentsAtOnce }) => paymentsAtOnce).length,
  }
  if (json) {
    console.log(JSON.stringify(figures, undefined, 2))
    return
  }
  console.table(rows)
  const { whole_fleet: fleet, payments_changes_refused_at_once: atOnce } = figures
  console.log(
    `${figures.trials} revocations, the last server: p50 ${fleet.p50_ms} ms   p99 ${fleet.p99_ms} ms   max ${fleet.max_ms} ms   (goal: p99 at most ${GOAL_P99_MS} ms)`,
  )
  console.log(`changes of payments refused by the first call after it: ${atOnce} of ${figures.trials}`)
}

function at(sorted: readonly number[], share: number): number {
  return Math.round(sorted[Math.min(sorted.length - 1, Math.floor(share * sorted.length))] ?? Number.NaN)
}
