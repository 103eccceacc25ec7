import { join } from 'node:path'
import { ConfigurationError } from '@backroom/configuration'
import pg from 'pg'
import { CLUSTER_OWNER, clusterUrl, startCluster } from './postgres/cluster.ts'
import { clearOrphan } from './postgres/orphan.ts'
import type { Running } from './supervise.ts'

const DATABASE = 'backroom'
const WRONG_PASSWORD = '28P01'

export interface EmbeddedDatabase {
  data: string
  port: number
  password: string
  onLine(line: string): void
}

/** Starts the embedded Postgres on `<data>/postgres`, after whatever a killed start left there. */
export async function launchDatabase({ data, port, password, onLine }: EmbeddedDatabase): Promise<Running> {
  const folder = join(data, 'postgres')
  await clearOrphan({ folder, password })
  return startCluster({ folder, port, password, onLine })
}

/** Owner URL of the fleet's database in the embedded Postgres; the database is created when it does not exist. */
export async function embeddedDatabaseUrl(login: { port: number; password: string }): Promise<string> {
  const client = new pg.Client({ connectionString: clusterUrl(login) })
  try {
    await client.connect()
    const { rowCount } = await client.query('select 1 from pg_database where datname = $1', [DATABASE])
    if (!rowCount) await client.query(`create database ${DATABASE} owner ${CLUSTER_OWNER}`)
  } catch (error) {
    if ((error as { code?: string }).code !== WRONG_PASSWORD) throw error
    throw new ConfigurationError(
      'The embedded Postgres was created with a password that is not in the keys folder any more. Restore that folder, or delete the data folder to begin anew.',
    )
  } finally {
    await client.end()
  }
  return clusterUrl(login, DATABASE)
}

/** @throws {ConfigurationError} when the database of DATABASE_URL does not answer; the message holds no password */
export async function requireDatabase(url: string): Promise<void> {
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: 10_000 })
  client.on('error', () => undefined)
  try {
    await client.connect()
  } catch (error) {
    const { host } = new URL(url)
    const reason = (error as Error).message || (error as { code?: string }).code
    throw new ConfigurationError(`The database of DATABASE_URL at ${host} cannot be used: ${reason}.`)
  } finally {
    await client.end().catch(() => undefined)
  }
}

/** The URL with which one role enters the database of the owner's URL. */
export function urlAs(ownerUrl: string, role: string, password: string): string {
  const url = new URL(ownerUrl)
  url.username = role
  url.password = password
  return url.href
}
