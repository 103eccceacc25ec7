import { type DomainServiceOptions, startDomainService } from '@backroom/fleet-testing'
import pg from 'pg'
import { ledgerService } from './service.ts'

// biome-ignore lint/suspicious/noExplicitAny: tests look into tables of the library and of the test domain.
type AnyTables = any

/** The test domain, listening on loopback with a database and an authority of its own. */
export async function startLedger(options: Pick<DomainServiceOptions<AnyTables>, 'environment' | 'direct'> = {}) {
  const migrations = new URL('migrations', import.meta.url)
  const running = await startDomainService<AnyTables>({ service: ledgerService, migrations, ...options })
  return {
    ...running,
    /** Ends connections of the service that Postgres knows by this application name. */
    terminate: (application: string) => terminate(running.ownerUrl, application),
  }
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
