import { ConfigurationError } from '@backroom/configuration'
import { awaitSchema } from '@backroom/database'
import { createLogger, serve } from '@backroom/http-server'
import { startTracing } from '@backroom/telemetry'
import type { FastifyInstance } from 'fastify'
import type { Kysely } from 'kysely'
import { type BackgroundContext, backgroundContext, type Stop } from './background.ts'
import { seedOnce } from './seed-once.ts'
import { createServiceServer, type ServerOptions, type ServiceServer } from './server.ts'
import type { Service } from './service.ts'
import { readServiceSettings, type ServiceSettings } from './settings.ts'
import { runStdio } from './stdio.ts'

export interface RunOptions<Schema> {
  /** Fills empty tables with demo data; runs once, in one transaction, in the demo profile only. */
  seed(db: Kysely<Schema>): Promise<void>
  /** Work of the domain that runs beside requests (workflows, sweeps), up before the server listens; what it returns stops it. */
  background?(context: BackgroundContext<Schema>): Stop | Promise<Stop>
  /** Paths of the domain that are no tools, such as an inbox of notifications; in a scope of their own. */
  routes?(app: FastifyInstance, context: RouteContext<Schema>): void
}

/** What paths of the domain itself get. */
export interface RouteContext<Schema> {
  db: Kysely<Schema>
  /** Origin under which clients reach the fleet. */
  publicUrl: string
}

/**
 * The whole of a domain's `main.ts`: HTTP, or MCP on standard input and output with `--stdio`. Ends the process with one
 * clear line when it cannot start.
 */
export async function runService<Schema>(service: Service, options: RunOptions<Schema>): Promise<void> {
  try {
    const settings = readServiceSettings()
    await startTracing(service.domain)
    if (process.argv.includes('--stdio')) return await runStdio(service, settings, options)
    const log = createLogger(service.domain, settings.LOG_LEVEL)
    await awaitSchema(settings.DATABASE_URL, service.domain, (reason) => log.warn(`waiting: ${reason}`))
    const { app, internal } = await prepareService(service, settings, options)
    const { HOST: host, PORT, INTERNAL_PORT } = settings
    await serve([
      { app: internal, host, port: INTERNAL_PORT },
      { app, host, port: PORT },
    ])
  } catch (error) {
    if (!(error instanceof ConfigurationError)) throw error
    process.stderr.write(`${service.domain}: ${error.message}\n`)
    process.exit(1)
  }
}

/** A domain server with its demo data (in the demo profile) and its work beside requests; not yet listening. */
export async function prepareService<Schema>(
  service: Service,
  settings: ServiceSettings,
  { seed, background, routes, ...options }: Partial<RunOptions<Schema>> & ServerOptions,
): Promise<ServiceServer> {
  const server = await createServiceServer(service, settings, options)
  const { app, connection, runtime } = server
  if (seed && settings.BACKROOM_PROFILE === 'demo') await seedOnce(connection.db, service.domain, seed)
  if (routes) app.register(async (scope) => routes(scope, { db: connection.db, publicUrl: settings.PUBLIC_URL }))
  const stop = await background?.(backgroundContext({ runtime, connection }, settings, 'http'))
  if (stop) app.addHook('preClose', stop)
  return server
}
