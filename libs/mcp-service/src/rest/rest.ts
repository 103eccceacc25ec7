import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify'
import { challenge } from '../access/challenge.ts'
import { callTool } from '../calls/call-tool.ts'
import { errorBodyOf, type Outcome } from '../calls/outcome.ts'
import { BusinessError, type BusinessErrorBody, type ErrorCode } from '../errors.ts'
import type { HttpError } from '../http/http-error.ts'
import { type Hook, noteAccess, requestOf } from '../http/request.ts'
import type { Runtime } from '../runtime.ts'
import { type CompiledTool, reachable } from '../tool-table.ts'

/** HTTP status of each business error on the REST facade. */
export const statusOfError: Record<ErrorCode, number> = {
  invalid_argument: 400,
  idempotency_key_required: 400,
  forbidden_scope: 403,
  policy_denied: 403,
  not_found: 404,
  conflict: 409,
  version_conflict: 409,
  insufficient_stock: 409,
  invalid_transition: 409,
  idempotency_in_flight: 409,
  idempotency_conflict: 422,
  limit_exceeded: 429,
  internal: 500,
  provider_unknown_outcome: 502,
  unavailable: 503,
}

interface RestOptions {
  runtime: Runtime
  publicUrl: string
  onRequest: Hook[]
  /** Authenticates when there is a token; demands one unless the tool is public. */
  authenticate: (request: FastifyRequest, reply: FastifyReply, required: boolean) => Promise<boolean>
  preHandler: Hook[]
}

/** Mounts `POST /<domain>/tools/<name>`: the same tools, token, checks and errors as over MCP, in plain HTTP. */
export function mountRest(
  app: FastifyInstance,
  { runtime, publicUrl, onRequest, authenticate, preHandler }: RestOptions,
): void {
  const { domain } = runtime.service
  const toolOf = (request: FastifyRequest) => runtime.tools.get((request.params as { name: string }).name)

  const requireToken = async (request: FastifyRequest, reply: FastifyReply) => {
    const required = toolOf(request)?.tool.scope !== 'public'
    if (!(await authenticate(request, reply, required))) return reply
  }
  // Arguments are JSON; Fastify would take text as well.
  app.removeContentTypeParser('text/plain')
  app.setErrorHandler((error: HttpError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error, request_id: request.id }, 'request failed')
    return reply.code(status).send(faultOf(status, error, request.id))
  })
  app.route({
    url: `/${domain}/tools/:name`,
    method: ['POST', 'GET'],
    onRequest: [...onRequest, requireToken],
    preHandler,
    handler: async (http, reply) => {
      const compiled = toolOf(http)
      const request = requestOf(http, reply)
      noteAccess(http, request, compiled?.tool.name)
      if (!compiled || !reachable(request.caller, compiled.tool))
        return reply.code(404).send(unknownTool(runtime, http))
      if (http.method !== 'POST')
        return reply
          .code(405)
          .header('allow', 'POST')
          .send({ error: 'method_not_allowed', message: 'Call tools by POST.' })
      const key = http.headers['idempotency-key']
      const outcome = await callTool(runtime, {
        ...request,
        compiled,
        args: http.body,
        meta: { key: typeof key === 'string' ? key : undefined },
      })
      return send(reply, outcome, compiled, publicUrl, runtime)
    },
  })
}

function send(reply: FastifyReply, outcome: Outcome, { tool }: CompiledTool, publicUrl: string, { service }: Runtime) {
  if (outcome.ok) {
    const { structured, replayed } = outcome.result
    if (replayed) reply.header('idempotent-replayed', 'true')
    // A route or a plan can be in progress as well; only a call that is has a handle.
    const waiting =
      structured.status === 'pending_approval' || (structured.status === 'in_progress' && 'handle' in structured)
    return reply.code(waiting ? 202 : 200).send(structured)
  }
  const { error } = outcome
  if (error.retry_after_ms !== undefined) reply.header('retry-after', Math.ceil(error.retry_after_ms / 1_000))
  if (error.code === 'forbidden_scope') {
    const scopes = tool.scope === 'public' ? [] : [tool.scope]
    reply.header('www-authenticate', challenge(publicUrl, service.domain, { error: 'insufficient_scope', scopes }))
  }
  return reply.code(statusOfError[error.code]).send(error)
}

/** A fault that no tool saw, in the form of every other error. */
function faultOf(status: number, error: HttpError, requestId: string): BusinessErrorBody {
  if (status >= 500) return errorBodyOf(error, requestId)
  if (status !== 429) return new BusinessError('invalid_argument', error.message).body
  const { retryAfter = 1 } = error
  return new BusinessError('limit_exceeded', error.message, {
    retryAfterMs: retryAfter * 1_000,
    alongside: { retryAfter },
  }).body
}

function unknownTool({ service, tools }: Runtime, { params }: FastifyRequest): BusinessErrorBody {
  const { name } = params as { name: string }
  return {
    code: 'not_found',
    message: `${service.domain} has no tool named ${name}.`,
    retryable: false,
    details: { tools: [...tools.values()].filter(({ tool }) => !tool.serviceOnly).map(({ tool }) => tool.name) },
    next_actions: [{ hint: `See /${service.domain}/openapi.json for all tools.` }],
  }
}
