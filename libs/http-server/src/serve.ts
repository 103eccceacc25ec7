import { ConfigurationError } from '@backroom/configuration'
import type { FastifyInstance } from 'fastify'

/** Where one server of a process listens. */
export interface Listener {
  app: FastifyInstance
  host: string
  port: number
}

const DRAIN_LIMIT_MS = 20_000

/**
 * Listens on every given address and closes them in order on SIGTERM or SIGINT: no new connections, calls in flight are
 * finished, then the process ends. A second signal, or 20 s, ends it at once.
 *
 * @throws {ConfigurationError} when a port is taken or may not be used; the message names it
 */
export async function serve(listeners: Listener[]): Promise<void> {
  for (const { app, host, port } of listeners) {
    await app.listen({ host, port }).catch((error: NodeJS.ErrnoException) => {
      throw listenError(error, host, port)
    })
  }
  let closing = false
  const close = async () => {
    if (closing) process.exit(1)
    closing = true
    setTimeout(() => process.exit(1), DRAIN_LIMIT_MS).unref()
    for (const { app } of listeners) await app.close()
    process.exit(0)
  }
  process.on('SIGTERM', close)
  process.on('SIGINT', close)
}

function listenError(error: NodeJS.ErrnoException, host: string, port: number): Error {
  if (error.code === 'EADDRINUSE') return new ConfigurationError(`Port ${port} on ${host} is taken by another program.`)
  if (error.code === 'EACCES')
    return new ConfigurationError(`Port ${port} on ${host} needs more rights than this user has.`)
  return error
}
