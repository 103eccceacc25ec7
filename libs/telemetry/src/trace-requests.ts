import type { FastifyInstance, FastifyRequest } from 'fastify'
import { traceparentIn } from './traceparent.ts'
import { isTracing, type OpenSpan, openSpan } from './tracing.ts'

declare module 'fastify' {
  interface FastifyRequest {
    /** The span of this request, in a process that traces. */
    span: OpenSpan | undefined
  }
}

/** How the requests of a process become spans. */
export interface TraceOptions {
  /** Whether the span of a request continues the caller's trace; at the public door it begins its own and links that. */
  joinsCaller: boolean
  /** Path prefixes that leave no span. */
  quietPaths: readonly string[]
}

/** Makes every request a span, and that span the active one in its hooks and its handler. Without tracing: nothing. */
export function traceRequests(app: FastifyInstance, { joinsCaller, quietPaths }: TraceOptions): void {
  app.decorateRequest('span', undefined)
  if (!isTracing()) return
  app.addHook('onRequest', (request, _reply, done) => {
    if (quietPaths.some((path) => request.url.startsWith(path))) return done()
    const caller = traceparentIn(request.headers)
    request.span = openSpan(nameOf(request), {
      kind: 'server',
      ...(joinsCaller ? { parent: caller } : { link: caller }),
      attributes: {
        'http.request.method': request.method,
        'http.route': request.routeOptions.url,
        'url.path': request.url.split('?', 1)[0],
      },
    })
    enter(request, done)
  })
  // The events of the body come from the connection, which knows nothing of the request's span.
  app.addHook('preValidation', (request, _reply, done) => enter(request, done))
  app.addHook('onResponse', ({ span }, { statusCode }, done) => {
    span?.note({ 'http.response.status_code': statusCode }, statusCode >= 500 ? `status ${statusCode}` : undefined)
    span?.end()
    done()
  })
  app.addHook('onRequestAbort', ({ span }, done) => {
    span?.note({ 'error.type': 'client_left' })
    span?.end()
    done()
  })
}

function enter({ span }: FastifyRequest, done: () => void): void {
  if (span) span.enter(done)
  else done()
}

function nameOf({ method, routeOptions }: FastifyRequest): string {
  return routeOptions.url ? `${method} ${routeOptions.url}` : method
}
