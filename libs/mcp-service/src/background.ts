import type { DomainName } from '@backroom/access'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import type pg from 'pg'
import type { ServiceCaller } from './define.ts'
import type { Runtime } from './runtime.ts'
import type { ServiceServer } from './server.ts'
import type { ServiceSettings } from './settings.ts'

/** Ends work beside requests. */
export type Stop = () => Promise<void>

/** What work beside requests gets. */
export interface BackgroundContext<Schema> {
  domain: DomainName
  db: Kysely<Schema>
  pool: pg.Pool
  /** For connections of its own, with the service's own role. */
  databaseUrl: string
  log: FastifyBaseLogger
  callService: ServiceCaller
  /** Whether a domain is part of this fleet. */
  isDeployed(domain: DomainName): boolean
  /** A process on `stdio` lives as long as its one client: what must go on without it is left to the fleet. */
  front: 'http' | 'stdio'
  /** Tells subscribers that resources have changed; call it after commit. */
  changed(...uris: string[]): void
}

/** What `background` gets, whatever front the process has. */
export function backgroundContext(
  { runtime, connection }: { runtime: Runtime; connection: ServiceServer['connection'] },
  { DATABASE_URL: databaseUrl }: ServiceSettings,
  front: 'http' | 'stdio',
  // biome-ignore lint/suspicious/noExplicitAny: the tables are the domain's own.
): BackgroundContext<any> {
  return {
    domain: runtime.service.domain,
    db: connection.db,
    pool: connection.pool,
    databaseUrl,
    log: runtime.log,
    callService: runtime.services.asItself,
    isDeployed: runtime.services.isDeployed,
    front,
    changed: (...uris) => runtime.changes.publish(uris),
  }
}
