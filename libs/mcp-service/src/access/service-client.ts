import { type DomainName, domains } from '@backroom/access'
import { z } from 'zod'
import { unavailable } from '../calls/outcome.ts'
import { BusinessError, type BusinessErrorBody } from '../errors.ts'
import { VERSION } from '../mcp/view.ts'
import type { ServiceIdentity } from './service-identity.ts'

/** Addresses of the other domains inside the fleet. */
export type ServiceAddresses = Partial<Record<DomainName, string>>

const CALL_TIMEOUT_MS = 20_000
const META = 'io.modelcontextprotocol/'
const REVISION = '2026-07-28'

const Answer = z.object({
  result: z.object({ structuredContent: z.unknown(), isError: z.boolean().optional() }).optional(),
  error: z.object({ message: z.string() }).optional(),
})

/** Calls tools of other domains by an ordinary MCP `tools/call` to their internal address, with this service's token. */
export function serviceClient(caller: DomainName, addresses: ServiceAddresses, identity: ServiceIdentity) {
  return async (callee: DomainName, tool: string, args: Record<string, unknown>): Promise<unknown> => {
    const address = addresses[callee]
    if (!address) throw unavailable(`${domains[callee].title} is not part of this fleet.`)
    const token = await identity.accessToken(callee)
    const answer = await fetch(`${address}/${callee}/mcp`, {
      method: 'POST',
      signal: AbortSignal.timeout(CALL_TIMEOUT_MS),
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': REVISION,
        'mcp-method': 'tools/call',
        'mcp-name': tool,
      },
      body: JSON.stringify({
        jsonrpc: '2.0',
        id: 1,
        method: 'tools/call',
        params: { name: tool, arguments: args, _meta: envelope(caller) },
      }),
    }).catch(() => undefined)
    if (!answer?.ok)
      throw unavailable(`${domains[callee].title} does not answer${answer ? ` (${answer.status})` : ''}.`)
    const { result, error } = Answer.parse(await answer.json())
    if (!result) throw unavailable(`${domains[callee].title} refused the call: ${error?.message ?? 'no reason given'}.`)
    if (result.isError) throw passedOn(result.structuredContent as BusinessErrorBody)
    return result.structuredContent
  }
}

function envelope(caller: DomainName) {
  return {
    [`${META}protocolVersion`]: REVISION,
    [`${META}clientCapabilities`]: {},
    [`${META}clientInfo`]: { name: domains[caller].serverName, version: VERSION },
  }
}

function passedOn({ code, message, details, next_actions, retry_after_ms }: BusinessErrorBody): BusinessError {
  return new BusinessError(code, message, {
    details,
    nextActions: next_actions,
    ...(retry_after_ms === undefined ? {} : { retryAfterMs: retry_after_ms }),
  })
}
