import { parseTraceparent } from '@backroom/telemetry'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { anonymous, type CallerProof } from '../caller.ts'
import type { Request } from '../runtime.ts'

/** A check before a request is handled: it answers itself, or lets the request go on. */
export type Hook =
  | ((request: FastifyRequest, reply: FastifyReply, done: (error?: Error) => void) => void)
  | ((request: FastifyRequest, reply: FastifyReply) => Promise<unknown>)

/** The service's view of an HTTP request. */
export function requestOf(http: FastifyRequest, reply: FastifyReply): Request {
  let signal: AbortSignal | undefined
  return {
    caller: http.caller ?? anonymous,
    requestId: http.id,
    traceId: http.span?.traceId ?? parseTraceparent(http.headers.traceparent)?.traceId,
    signal: () => (signal ??= signalOf(reply)),
    progress: () => undefined,
    proof: () => http.caller && proofOf(http.headers.authorization),
  }
}

/** The token of a request that was authenticated by it. */
function proofOf(authorization = ''): CallerProof {
  return { token: authorization.slice('Bearer '.length) }
}

/** Fires when the client leaves before the answer is out. */
function signalOf({ raw }: FastifyReply): AbortSignal {
  const gone = new AbortController()
  const check = () => {
    if (raw.closed && !raw.writableFinished) gone.abort()
  }
  raw.on('close', check)
  check()
  return gone.signal
}

/** Puts who called what into the access line of a request. */
export function noteAccess(http: FastifyRequest, { caller }: Request, tool: unknown): void {
  http.accessDetails = {
    subject: caller.subject,
    client_id: caller.clientId,
    ...(typeof tool === 'string' ? { tool } : {}),
  }
}
