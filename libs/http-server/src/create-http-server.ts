import { randomUUID } from 'node:crypto'
import { parseTraceparent, traceRequests } from '@backroom/telemetry'
import { countRequest } from '@backroom/telemetry/metrics'
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify'
import { logOptions } from './logger.ts'

declare module 'fastify' {
  interface FastifyInstance {
    /** Set when the process is about to end: answers then ask callers to leave the connection. */
    isLeaving: boolean
  }
  interface FastifyRequest {
    /** What the access line says beside method, path and status, such as who called which tool. */
    accessDetails: Record<string, unknown> | undefined
  }
}

export interface HttpServerOptions {
  /** Name of the process in every log line. */
  name: string
  logLevel: string
  /** Largest accepted body in bytes. Default: 1 MiB. */
  bodyLimit?: number
  /** Addresses whose X-Forwarded-* headers are believed: the gateway's, for the servers behind it. */
  trustProxy?: FastifyServerOptions['trustProxy']
  /** Path prefixes that leave no access line when they succeed, and no trace. */
  quietPaths?: string[]
  /** The public door: traces begin there, whatever a caller's own trace is. Default: false. */
  isDoor?: boolean
}

const MAX_HEADER_BYTES = 32 * 1024
const requestIdForm = /^[\w.-]{8,64}$/

/**
 * A Fastify server as every process of the fleet runs it: bounded bodies, headers and times; one JSON access line a
 * request with request id, trace id and no secrets; unknown paths and faults answered as JSON that names no internals.
 */
export function createHttpServer(options: HttpServerOptions): FastifyInstance {
  const app = Fastify({
    logger: logOptions(options.name, options.logLevel),
    logController: new LogController({ disableRequestLogging: true }),
    // Every line names its request itself; a logger for each would name it twice and cost more than the line.
    childLoggerFactory: (logger) => logger,
    genReqId: (request) => {
      const given = request.headers['x-request-id']
      return typeof given === 'string' && requestIdForm.test(given) ? given : randomUUID()
    },
    bodyLimit: options.bodyLimit ?? 1024 * 1024,
    trustProxy: options.trustProxy ?? false,
    routerOptions: { caseSensitive: true },
    requestTimeout: 30_000,
    keepAliveTimeout: 72_000,
    http: { maxHeaderSize: MAX_HEADER_BYTES, headersTimeout: 15_000 },
    return503OnClosing: true,
  })
  app.decorate('isLeaving', false)
  app.decorateRequest('accessDetails', undefined)
  const logsAccess = ['trace', 'debug', 'info'].includes(options.logLevel)
  const quiet = ['/health', '/ready', '/metrics', ...(options.quietPaths ?? [])]
  traceRequests(app, { joinsCaller: !options.isDoor, quietPaths: quiet })
  app.addHook('onRequest', (request, reply, done) => {
    reply.header('x-request-id', request.id)
    if (app.isLeaving) reply.header('connection', 'close')
    done()
  })
  app.addHook('onResponse', (request, reply, done) => {
    done()
    countRequest(request, reply)
    const level = reply.statusCode >= 500 ? 'error' : 'info'
    if (level === 'info' && !logsAccess) return
    if (reply.statusCode < 400 && quiet.some((path) => request.url.startsWith(path))) return
    const line = {
      request_id: request.id,
      trace_id: request.span?.traceId ?? parseTraceparent(request.headers.traceparent)?.traceId,
      method: request.method,
      path: request.url.split('?', 1)[0],
      status: reply.statusCode,
      ms: Math.round(reply.elapsedTime * 10) / 10,
      ...request.accessDetails,
    }
    request.log[level](line, 'request')
  })
  app.addHook('preClose', async () => {
    // A connection whose last call is answered while the server closes would otherwise stay open, and hold it up.
    app.server.keepAliveTimeout = 1
  })
  app.setNotFoundHandler((request, reply) =>
    reply
      .code(404)
      .send({ error: 'not_found', message: `Nothing is served at ${request.method} ${request.url.split('?', 1)[0]}.` }),
  )
  app.setErrorHandler((error: Error & { statusCode?: number }, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error, request_id: request.id }, 'request failed')
    const message = status >= 500 ? `Something went wrong here. Quote request ${request.id} to support.` : error.message
    return reply.code(status).send({ error: status >= 500 ? 'internal' : 'bad_request', message })
  })
  return app
}
