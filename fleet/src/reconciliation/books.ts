import type { DomainName } from '@backroom/access'
import type { Tables as CatshopTables } from '@backroom/catshop/tables'
import type { Tables as ClaimsTables } from '@backroom/claims/tables'
import { ConfigurationError } from '@backroom/configuration'
import { type Connection, connect } from '@backroom/database'
import type { Tables as OmsTables } from '@backroom/oms/tables'
import { chooseProvider } from '@backroom/payments/reconcile'
import type { Tables as PaymentsTables } from '@backroom/payments/tables'
import type { Tables as RmaTables } from '@backroom/rma/tables'
import type { Tables as TmsTables } from '@backroom/tms/tables'
import type { Tables as WmsTables } from '@backroom/wms/tables'
import { type Kysely, sql } from 'kysely'
import { urlAs } from '../database.ts'
import { openKeys } from '../keys.ts'
import { databaseUrlIn } from '../secrets.ts'
import { dataFolder, processNames } from '../settings.ts'
import { type FleetState, readState } from '../state.ts'

/** The books of every domain, each opened with the domain's own login: no query sees two of them. */
export interface Books {
  wms?: Kysely<WmsTables>
  oms?: Kysely<OmsTables>
  tms?: Kysely<TmsTables>
  rma?: Kysely<RmaTables>
  claims?: Kysely<ClaimsTables>
  payments?: Kysely<PaymentsTables>
  catshop?: Kysely<CatshopTables>
  /** Of the payment provider, over its API. */
  provider?: ReturnType<typeof chooseProvider>
}

export type BookName = keyof Books

/** Where the books are: database URLs by domain, and the settings of the payment provider. */
export interface BookAddresses {
  urls: Partial<Record<DomainName, string>>
  provider: NodeJS.ProcessEnv | undefined
}

/** Nobody waits for the proof: it may come from a busy machine. */
const CONNECT_MS = 60_000

const bookkeepers = ['wms', 'oms', 'tms', 'rma', 'claims', 'payments', 'catshop'] as const

/** The books of a fleet that runs. */
export function addressesOfFleet({ publicUrl, processes }: Pick<FleetState, 'publicUrl' | 'processes'>): BookAddresses {
  const urls = bookkeepers.flatMap((name) => {
    const url = processes[name]?.environment.DATABASE_URL
    return url ? [[name, url]] : []
  })
  const payments = processes.payments?.environment
  return {
    urls: Object.fromEntries(urls),
    provider: payments && { ...process.env, ...payments, PUBLIC_URL: publicUrl },
  }
}

/**
 * The books of this checkout: those of the deployment whose secrets are in SECRETS_FOLDER, else those of the database that
 * DATABASE_URL names (its owner's URL, as for the migration), else those of the fleet that runs here.
 *
 * @throws {ConfigurationError} when there is neither
 */
export async function addressesHere(environment: NodeJS.ProcessEnv = process.env): Promise<BookAddresses> {
  const { DATABASE_URL, SECRETS_FOLDER } = environment
  const data = dataFolder(environment)
  const named = environment.PSP_URL || environment.STRIPE_SECRET_KEY || environment.STRIPE_SECRET_KEY_FILE
  const provider = named ? environment : undefined
  if (SECRETS_FOLDER) {
    const urls = bookkeepers.map((name) => [name, databaseUrlIn(SECRETS_FOLDER, name)])
    return { urls: Object.fromEntries(urls), provider }
  }
  if (!DATABASE_URL) {
    const fleet = readState(data)
    if (fleet?.running) return addressesOfFleet(fleet.state)
    throw new ConfigurationError('The fleet is not running here. Start it with npm start, or set DATABASE_URL.')
  }
  const keys = await openKeys(data, [...processNames])
  const urls = bookkeepers.map((name) => [name, urlAs(DATABASE_URL, name, keys.databasePassword(name))])
  return { urls: Object.fromEntries(urls), provider }
}

/** Opens what is there. `close` ends every connection. */
export function openBooks({ urls, provider }: BookAddresses): { books: Books; close(): Promise<void> } {
  const open: Connection<never>[] = []
  const dbOf = <Schema>(schema: DomainName): Kysely<Schema> | undefined => {
    const url = urls[schema]
    if (!url) return undefined
    const connection = connect<Schema>(url, { schema, poolSize: 12, connectTimeoutMs: CONNECT_MS })
    open.push(connection as unknown as Connection<never>)
    return connection.db
  }
  const books = {
    wms: dbOf<WmsTables>('wms'),
    oms: dbOf<OmsTables>('oms'),
    tms: dbOf<TmsTables>('tms'),
    rma: dbOf<RmaTables>('rma'),
    claims: dbOf<ClaimsTables>('claims'),
    payments: dbOf<PaymentsTables>('payments'),
    catshop: dbOf<CatshopTables>('catshop'),
    provider: provider && chooseProvider(provider),
  }
  return {
    books: Object.fromEntries(Object.entries(books).filter(([, book]) => book)) as Books,
    async close() {
      await Promise.all(open.map((connection) => connection.close()))
    },
  }
}

/** Runs a long look at one book, as of one moment, without changing anything. */
export function asOfNow<Schema, T>(db: Kysely<Schema>, look: (db: Kysely<Schema>) => Promise<T>): Promise<T> {
  return db
    .transaction()
    .setIsolationLevel('repeatable read')
    .setAccessMode('read only')
    .execute(async (trx) => {
      await sql`set local statement_timeout = '10min'`.execute(trx)
      return look(trx)
    })
}
