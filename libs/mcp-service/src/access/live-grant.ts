import type { FastifyReply, FastifyRequest } from 'fastify'
import { z } from 'zod'
import type { Caller } from '../caller.ts'
import type { Hook } from '../http/request.ts'
import type { ToolTable } from '../tool-table.ts'
import type { Authenticator } from './authenticate.ts'

/** Whether what a caller's token came from still stands; `unknown` when auth does not answer. */
type GrantState = 'live' | 'ended' | 'unknown'

const TIMEOUT_MS = 2_000
const Answer = z.object({ live: z.boolean() })

/**
 * Asks auth before every change that a person or an agent wants, so that a revoked grant, a frozen client and a locked
 * account end at once. A service's own token has no grant; for it, as for reads, the deny list counts.
 */
export function liveGrantGuard(
  tools: ToolTable,
  authInternalUrl: string,
  assertion: () => Promise<string>,
  { refuseToken, askToComeBack }: Authenticator,
): Hook {
  return async (request: FastifyRequest, reply: FastifyReply) => {
    const { caller } = request
    if (!caller?.grantId || !calledTools(request).some((name) => changes(tools, name))) return
    const state = await stateOfGrant(authInternalUrl, assertion, caller)
    if (state === 'live') return
    if (state === 'unknown') askToComeBack(reply)
    else refuseToken(reply, 'The token was revoked')
    return reply
  }
}

async function stateOfGrant(
  authInternalUrl: string,
  assertion: () => Promise<string>,
  { grantId = '', subject, clientId, tokenId = '', actor }: Caller,
): Promise<GrantState> {
  const query = new URLSearchParams({ sub: subject, jti: tokenId, ...(actor ? {} : { client_id: clientId }) })
  try {
    const answer = await fetch(`${authInternalUrl}/internal/grants/${encodeURIComponent(grantId)}?${query}`, {
      headers: { authorization: `Bearer ${await assertion()}` },
      signal: AbortSignal.timeout(TIMEOUT_MS),
    })
    if (!answer.ok) return 'unknown'
    return Answer.parse(await answer.json()).live ? 'live' : 'ended'
  } catch {
    // Whatever keeps auth from answering: the caller is told to come back, and nothing is changed.
    return 'unknown'
  }
}

/** Over REST the path names the tool, over MCP each message of the body. */
function calledTools({ params, body }: FastifyRequest): string[] {
  const { name } = params as { name?: string }
  if (name !== undefined) return [name]
  return [body].flat().flatMap((message) => {
    const { method, params: call } = Object(message) as { method?: unknown; params?: { name?: unknown } }
    return method === 'tools/call' && typeof call?.name === 'string' ? [call.name] : []
  })
}

function changes(tools: ToolTable, name: string): boolean {
  const effect = tools.get(name)?.tool.effect
  return effect !== undefined && effect !== 'read'
}
