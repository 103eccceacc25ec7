import { toWebRequest } from '@modelcontextprotocol/node'
import {
  createMcpHandler,
  isLegacyRequest,
  type McpHandlerRequestOptions,
  WebStandardStreamableHTTPServerTransport,
} from '@modelcontextprotocol/server'
import type { FastifyInstance, FastifyRequest } from 'fastify'
import type { HttpError } from '../http/http-error.ts'
import { type Hook, noteAccess, requestOf } from '../http/request.ts'
import type { Request } from '../runtime.ts'
import { subscriptions, TOO_MANY } from '../subscriptions/listen.ts'
import { answerDirectly } from './direct.ts'
import { type Extend, sdkServerFactory } from './sdk-server.ts'
import type { View } from './view.ts'

const JSON_TYPE = 'application/json; charset=utf-8'

export interface EndpointOptions {
  path: string
  view: View
  /** Answer plain calls without the SDK; off only to compare both in a test. */
  direct: boolean
  extend?: Extend | undefined
  preHandler: Hook[]
  onRequest: Hook[]
}

/** Mounts one MCP endpoint: Streamable HTTP, stateless, every revision since 2025-03-26 on the same URL. */
export function mountEndpoint(
  app: FastifyInstance,
  { path, view, direct, extend, preHandler, onRequest }: EndpointOptions,
): void {
  const sdk = sdkFront(view, extend)
  const listening = subscriptions(view)
  app.addHook('preClose', () => listening.close())
  // Only once calls in flight are answered: closing would abort those that the SDK serves.
  app.addHook('onClose', () => sdk.close())
  app.setErrorHandler((error: HttpError, request, reply) => {
    const status = error.statusCode ?? 500
    if (status >= 500) request.log.error({ err: error, request_id: request.id }, 'request failed')
    const id = idOf(request.body)
    return reply.code(status).send({ jsonrpc: '2.0', id, error: protocolError(status, error, request.id) })
  })
  app.route({
    url: path,
    method: ['GET', 'POST', 'DELETE'],
    onRequest,
    preHandler,
    handler: async (http, reply) => {
      if (http.method !== 'POST')
        return reply
          .code(405)
          .header('allow', 'POST')
          .send({ error: 'method_not_allowed', message: 'Send MCP messages by POST.' })
      const request = requestOf(http, reply)
      noteAccess(http, request, (http.body as { params?: { name?: unknown } } | null)?.params?.name)
      // An extended server may list more than the tables hold.
      const plain = direct && !(extend && isMethod(http.body, 'tools/list'))
      const answer = plain ? await answerDirectly(view, http, request) : undefined
      if (answer) return reply.type(JSON_TYPE).send(answer)
      if (!isMethod(http.body, 'subscriptions/listen')) return reply.send(await sdk.serve(http, request))
      const refusal = listening.refusal(http.body, request.caller)
      if (refusal) return reply.send({ jsonrpc: '2.0', id: idOf(http.body), error: refusal })
      const web = await toWebRequest(http.raw, http.body, { signal: request.signal() })
      return reply.send(
        await listening.open(web, http.body, request, http.tokenExpiresAt ?? Number.POSITIVE_INFINITY, () =>
          sdk.build('modern', request),
        ),
      )
    },
  })
}

/** The SDK as a front of the same handlers: it serves what the direct path leaves. */
function sdkFront(view: View, extend: Extend | undefined) {
  const factory = sdkServerFactory(view, extend)
  const build = (era: 'legacy' | 'modern', request: Request) => factory(era, () => request)
  const requestIn = (options: { authInfo?: { extra?: Record<string, unknown> } }) =>
    options.authInfo?.extra?.request as Request
  const onerror = (error: Error) => view.runtime.log.debug({ err: error }, 'protocol fault')
  // 2025-era clients that ask for progress get a stream, which the SDK's own fallback serves.
  const handler = createMcpHandler((context) => build(context.era, requestIn(context)), { onerror })

  const legacyJson = async (
    web: globalThis.Request,
    options: McpHandlerRequestOptions,
    request: Request,
  ): Promise<Response> => {
    const server = build('legacy', request)
    const transport = new WebStandardStreamableHTTPServerTransport({ enableJsonResponse: true })
    await server.connect(transport)
    try {
      const response = await transport.handleRequest(web, options)
      return new Response((await response.text()) || null, { status: response.status, headers: response.headers })
    } finally {
      await server.close()
    }
  }
  return {
    build,
    async serve(http: FastifyRequest, request: Request): Promise<Response> {
      const web = await toWebRequest(http.raw, http.body, { signal: request.signal() })
      const options = {
        parsedBody: http.body,
        authInfo: {
          token: '',
          clientId: request.caller.clientId,
          scopes: [...request.caller.scopes],
          extra: { request },
        },
      }
      const plainLegacy = !asksForProgress(http.body) && (await isLegacyRequest(web, http.body))
      return plainLegacy ? legacyJson(web, options, request) : handler.fetch(web, options)
    },
    close: () => handler.close(),
  }
}

function asksForProgress(body: unknown): boolean {
  return (Array.isArray(body) ? body : [body]).some((message) => message?.params?._meta?.progressToken !== undefined)
}

function isMethod(body: unknown, method: string): boolean {
  return body !== null && typeof body === 'object' && 'method' in body && body.method === method
}

function idOf(body: unknown): unknown {
  const id = (body as { id?: unknown } | null | undefined)?.id
  return typeof id === 'string' || typeof id === 'number' ? id : null
}

function protocolError(status: number, error: HttpError, requestId: string) {
  if (status === 429) return { code: TOO_MANY, message: error.message, data: { retryAfter: error.retryAfter } }
  if (status === 400 && error.code?.startsWith('FST_ERR_CTP'))
    return { code: -32_700, message: 'Parse error: the request body is not valid JSON' }
  if (status === 400) return { code: -32_600, message: `Invalid request: ${error.message}` }
  if (status >= 500)
    return { code: -32_603, message: `Something went wrong here. Quote request ${requestId} to support.` }
  return { code: -32_000, message: error.message }
}
