import type { DomainName } from '@backroom/access'
import type { FastifyReply, FastifyRequest } from 'fastify'
import { challenge } from '../access/challenge.ts'
import type { Caller } from '../caller.ts'
import { callMeta } from '../calls/call-meta.ts'
import { fingerprint } from '../calls/fingerprint.ts'
import { requestOf } from '../http/request.ts'
import { findResource } from '../resources.ts'
import { permits, reachable } from '../tool-table.ts'
import type { View } from './view.ts'

/** Our own JSON-RPC code for a missing scope, outside the ranges that the specifications reserve. */
export const MISSING_SCOPE = -31_403

/** Answers 403 with a step-up challenge when a request, or one of a batch, asks for more than the token may. */
export function authorizer(publicUrl: string, view: View) {
  const { domain } = view.runtime.service
  return (request: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const { caller, body } = request
    if (!caller) return done()
    for (const message of Array.isArray(body) ? body : [body]) {
      const scope = missingScope(view, caller, domain, message)
      if (!scope) continue
      recordRefusal(view, request, reply, caller, message as Message, scope)
      const modern = request.headers['mcp-protocol-version'] === '2026-07-28'
      const scopes = modern ? [scope] : union(caller, domain, scope)
      const description = `${(message as Message).params?.name ?? 'This request'} needs the scope ${scope}`
      reply
        .code(403)
        .header('www-authenticate', challenge(publicUrl, domain, { error: 'insufficient_scope', description, scopes }))
        .send({
          jsonrpc: '2.0',
          id: (message as Message).id ?? null,
          error: {
            code: MISSING_SCOPE,
            message: `${description}. Disconnect this server in your client, connect it again and allow ${scope} when you sign in.`,
            data: { scope },
          },
        })
      return
    }
    done()
  }
}

interface Message {
  id?: string | number
  method?: unknown
  params?: { name?: unknown; uri?: unknown; arguments?: unknown; _meta?: unknown }
}

function recordRefusal(
  view: View,
  request: FastifyRequest,
  reply: FastifyReply,
  caller: Caller,
  message: Message,
  scope: string,
) {
  const { requestId, traceId } = requestOf(request, reply)
  const meta = callMeta(message.params?._meta, caller)
  const tool = String(message.params?.name ?? message.method)
  const args = Object(message.params?.arguments ?? {}) as Record<string, unknown>
  const outcome = { code: 'forbidden_scope', scope }
  view.runtime.refusals.record({
    kind: 'refusal',
    caller,
    requestId,
    traceId,
    meta,
    tool,
    digest: fingerprint(tool, args),
    args,
    outcome,
  })
}

function missingScope(view: View, caller: Caller, domain: DomainName, message: unknown): string | undefined {
  if (message === null || typeof message !== 'object') return undefined
  const { method, params } = message as Message
  if (method === 'tools/call' && typeof params?.name === 'string') {
    const tool = view.tools.get(params.name)?.tool
    return tool && reachable(caller, tool) && !permits(caller, tool) ? tool.scope : undefined
  }
  if (method === 'subscriptions/listen') return lacking(caller, `${domain}:read`)
  if (method === 'resources/read' && typeof params?.uri === 'string') {
    const scope = findScope(view, params.uri)
    return scope && scope !== 'public' ? lacking(caller, scope) : undefined
  }
  if (method === 'prompts/get' && typeof params?.name === 'string') {
    const scope = view.prompts.get(params.name)?.scope
    return scope ? lacking(caller, scope) : undefined
  }
  return undefined
}

function findScope(view: View, uri: string): string | undefined {
  try {
    return findResource(view.resources, uri)?.compiled.resource.scope
  } catch {
    // A malformed URI is answered by the read itself, with the reason.
    return undefined
  }
}

const lacking = (caller: Caller, scope: string) => (caller.scopes.has(scope) ? undefined : scope)

/** 2025-era clients replace their scopes by those of the challenge, so it names what they have as well. */
function union(caller: Caller, domain: DomainName, needed: string): string[] {
  const own = [...caller.scopes].filter((scope) => scope.startsWith(`${domain}:`))
  return [...new Set([...own, needed])]
}
