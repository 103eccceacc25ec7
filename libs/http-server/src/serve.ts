import { setTimeout as sleep } from 'node:timers/promises'
import { ConfigurationError, readSettings } from '@backroom/configuration'
import { stopTracing } from '@backroom/telemetry'
import type { FastifyInstance } from 'fastify'
import { z } from 'zod'

/** Where one server of a process listens. */
export interface Listener {
  app: FastifyInstance
  host: string
  port: number
}

const MAX_NOTICE_MS = 30_000
const DRAIN_LIMIT_MS = 20_000
const LEAVE_LIMIT_MS = 1_000
const LOOK_MS = 10

/**
 * Listens on every given address and closes them in order on SIGTERM or SIGINT: callers are asked to leave, for as long as
 * SHUTDOWN_NOTICE_MS says; then no new connections, calls in flight are finished, and the process ends. A second signal, or
 * 20 s after the notice, ends it at once.
 *
 * @throws {ConfigurationError} when a port is taken or may not be used; the message names it
 */
export async function serve(listeners: Listener[]): Promise<void> {
  const { SHUTDOWN_NOTICE_MS: notice } = readSettings({
    SHUTDOWN_NOTICE_MS: z.coerce.number().int().min(0).max(MAX_NOTICE_MS).default(0),
  })
  for (const { app, host, port } of listeners) {
    await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, host, port)
    })
  }
  let closing = false
  const close = async () => {
    if (closing) process.exit(1)
    closing = true
    setTimeout(() => process.exit(1), notice + DRAIN_LIMIT_MS).unref()
    for (const { app } of listeners) app.isLeaving = true
    if (notice > 0) await sleep(notice)
    await Promise.all(listeners.map(({ app }) => leave(app)))
    for (const { app } of listeners) await app.close()
    await stopTracing()
    process.exit(0)
  }
  process.on('SIGTERM', close)
  process.on('SIGINT', close)
}

/**
 * Stops listening while everything behind the server still works, so that what its connections still bring is answered as
 * ever. Long calls and streams are left to the hooks that run next.
 */
async function leave({ server }: FastifyInstance): Promise<void> {
  const connections = () => new Promise<number>((resolve) => server.getConnections((_, count) => resolve(count ?? 0)))
  server.close()
  for (const end = Date.now() + LEAVE_LIMIT_MS; Date.now() < end && (await connections()) > 0; ) {
    await sleep(LOOK_MS)
    server.closeIdleConnections()
  }
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') return new ConfigurationError(`Port ${port} on ${host} is taken by another program.`)
  if (error.code === 'EACCES')
    return new ConfigurationError(`Port ${port} on ${host} needs more rights than this user has.`)
  return error
}
