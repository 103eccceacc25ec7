import type { FastifyReply, FastifyRequest } from 'fastify'
import { refusalPage, refusalPagePolicy } from './refusal-page.ts'

declare module 'fastify' {
  interface FastifyContextConfig {
    /** The route speaks JSON-RPC, so its errors do as well. */
    jsonRpc?: boolean
  }
}

/** An answer that the gateway gives itself instead of passing one on. */
export interface Refusal {
  status: number
  /** Stable name for programs. */
  error: string
  /** For the reader: what is wrong and what to do. Names nothing internal. */
  message: string
  /** The domain that could not answer, or `auth`. */
  domain?: string
  /** Seconds after which the same request can succeed. */
  retryAfter?: number
}

const INVALID_REQUEST = -32600
const INTERNAL_ERROR = -32603

/** Sends a refusal: a JSON-RPC error with the request's id on MCP paths, a page to browsers, plain JSON elsewhere. */
export function refuse(request: FastifyRequest, reply: FastifyReply, refusal: Refusal): FastifyReply {
  const { status, error, message, domain, retryAfter } = refusal
  reply.code(status).header('cache-control', 'no-store')
  if (retryAfter !== undefined) reply.header('retry-after', retryAfter)
  if (isForPeople(request)) {
    reply.type('text/html; charset=utf-8').header('content-security-policy', refusalPagePolicy)
    return reply.send(refusalPage(refusal))
  }
  return reply.send(bodyOf(request, { error, message, domain, retryAfter }, status))
}

function isForPeople({ headers, routeOptions }: FastifyRequest): boolean {
  return !routeOptions.config.jsonRpc && headers.accept?.includes('text/html') === true
}

/** Carries a refusal through hooks that throw. */
export class RefusedRequest extends Error {
  readonly refusal: Refusal

  constructor(refusal: Refusal) {
    super(refusal.message)
    this.refusal = refusal
  }
}

/** The refusal that an error of Fastify, of a plugin or of ours stands for. */
export function asRefusal(error: Error & { statusCode?: number }, requestId: string): Refusal {
  if (error instanceof RefusedRequest) return error.refusal
  const status = error.statusCode ?? 500
  if (status === 413) {
    return { status, error: 'too_large', message: 'The body is larger than 1 MiB. Send less, or send it in parts.' }
  }
  if (status < 500) return { status, error: 'bad_request', message: error.message }
  return {
    status: 500,
    error: 'internal',
    message: `Something went wrong at the gateway. Quote request ${requestId} to support.`,
  }
}

function bodyOf(request: FastifyRequest, plain: Omit<Refusal, 'status'>, status: number) {
  if (!request.routeOptions.config.jsonRpc) return plain
  const { message, ...data } = plain
  return {
    jsonrpc: '2.0',
    id: requestId(request.body),
    error: { code: status < 500 ? INVALID_REQUEST : INTERNAL_ERROR, message, data },
  }
}

/** The id that the client waits for; null when the body is no single JSON-RPC request. */
function requestId(body: unknown): string | number | null {
  if (!Buffer.isBuffer(body)) return null
  try {
    const { id } = JSON.parse(body.toString()) as { id?: unknown }
    return typeof id === 'string' || typeof id === 'number' ? id : null
  } catch {
    return null
  }
}
