import { ConfigurationError } from '@backroom/configuration'
import { serve } from '@backroom/http-server'
import type { FastifyBaseLogger } from 'fastify'
import type { Kysely } from 'kysely'
import { seedOnce } from './seed-once.ts'
import { createServiceServer } from './server.ts'
import type { Service } from './service.ts'
import { readServiceSettings } from './settings.ts'
import { runStdio } from './stdio.ts'

export interface RunOptions<Schema> {
  /** Fills empty tables with demo data; runs once, in one transaction, in the demo profile only. */
  seed(db: Kysely<Schema>): Promise<void>
  /** Work of the domain that runs beside requests (sweeps); the returned function stops it. */
  background?(context: BackgroundContext<Schema>): () => Promise<void>
}

/** What work beside requests gets. */
export interface BackgroundContext<Schema> {
  db: Kysely<Schema>
  log: FastifyBaseLogger
  /** Tells subscribers that resources have changed; call it after commit. */
  changed(...uris: string[]): void
}

/**
 * The whole of a domain's `main.ts`: HTTP, or MCP on standard input and output with `--stdio`. Ends the process with one
 * clear line when it cannot start.
 */
export async function runService<Schema>(service: Service, options: RunOptions<Schema>): Promise<void> {
  try {
    const settings = readServiceSettings()
    if (process.argv.includes('--stdio')) return await runStdio(service, settings)
    const { app, connection, runtime } = await createServiceServer(service, settings)
    if (settings.BACKROOM_PROFILE === 'demo') await seedOnce(connection.db, service.domain, options.seed)
    const stop = options.background?.({
      db: connection.db,
      log: app.log,
      changed: (...uris) => runtime.changes.publish(uris),
    })
    if (stop) app.addHook('preClose', stop)
    await serve([{ app, host: settings.HOST, port: settings.PORT }])
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${service.domain}: ${error.message}\n`)
    process.exit(1)
  }
}
