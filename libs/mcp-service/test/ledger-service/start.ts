import { fileURLToPath } from 'node:url'
import { PUBLIC_URL, type SigningAuthority, signingAuthority, testDatabase } from '@backroom/fleet-testing'
import type { Kysely } from 'kysely'
import pg from 'pg'
import { createServiceServer, readServiceSettings, type ServerOptions } from '../../src/index.ts'
import { ledgerService } from './service.ts'

const folder = (path: string) => fileURLToPath(new URL(path, import.meta.url))

export interface LedgerOptions extends ServerOptions {
  /** Connections to Postgres. */
  pool?: number
  /** Variables that differ from the defaults of a test. */
  environment?: Record<string, string>
}

/** The test domain, listening on loopback with a database and an authority of its own. */
export async function startLedger(options: LedgerOptions = {}) {
  const authority = await signingAuthority()
  const database = await testDatabase({
    schema: 'wms',
    folders: [
      { prefix: 'service', path: folder('../../migrations') },
      { prefix: 'ledger', path: folder('migrations') },
    ],
  })
  const replica = (replicaOptions: LedgerOptions = {}) => startServer(database.url, authority, replicaOptions)
  const first = await replica(options)
  const replicas = [first]
  return {
    ...first,
    ownerUrl: database.ownerUrl,
    /** Another server over the same database and authority; `stop` ends it too. */
    async replica(replicaOptions: LedgerOptions = {}) {
      const another = await replica(replicaOptions)
      replicas.push(another)
      return another
    },
    /** Ends connections of the service that Postgres knows by this application name. */
    terminate: (application: string) => terminate(database.ownerUrl, application),
    async stop() {
      await Promise.all(replicas.map(({ app }) => app.close()))
      await authority.close()
      await database.drop()
    },
  }
}

async function startServer(
  databaseUrl: string,
  authority: SigningAuthority,
  { pool = 8, environment = {}, ...options }: LedgerOptions,
) {
  const settings = readServiceSettings({
    BACKROOM_PROFILE: 'demo',
    PUBLIC_URL,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    PORT: '0',
    INTERNAL_PORT: '0',
    DATABASE_URL: databaseUrl,
    DATABASE_POOL: String(pool),
    AUTH_URL: authority.url,
    AUTH_INTERNAL_URL: authority.url,
    SERVICE_KEY: authority.serviceKey,
    CALLS_PER_MINUTE: '100000',
    ...environment,
  })
  const { app, connection, runtime } = await createServiceServer(ledgerService, settings, options)
  const address = await app.listen({ host: '127.0.0.1', port: 0 })
  // biome-ignore lint/suspicious/noExplicitAny: tests look into tables of the library and of the test domain.
  return { address, authority, app, runtime, db: connection.db as Kysely<any> }
}

async function terminate(ownerUrl: string, application: string): Promise<void> {
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  await client.query(
    `select pg_terminate_backend(pid) from pg_stat_activity where datname = current_database() and application_name = $1`,
    [application],
  )
  await client.end()
}

export type Ledger = Awaited<ReturnType<typeof startLedger>>
