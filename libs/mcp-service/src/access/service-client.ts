import { type DomainName, domains } from '@backroom/access'
import { currentTraceparent, inSpan } from '@backroom/telemetry'
import { Agent, request } from 'undici'
import { z } from 'zod'
import type { CallerProof } from '../caller.ts'
import { metaOf } from '../calls/call-meta.ts'
import { unavailable } from '../calls/outcome.ts'
import type { ServiceCaller, ServiceCallOptions } from '../define.ts'
import { BusinessError, type BusinessErrorBody, businessErrorOf } from '../errors.ts'
import { VERSION } from '../mcp/view.ts'
import { anyReplica } from './any-replica.ts'
import { type Circuit, createCircuit } from './circuit.ts'
import type { ServiceIdentity } from './service-identity.ts'

/** Addresses of the other domains inside the fleet. */
export type ServiceAddresses = Partial<Record<DomainName, string>>

/** Calls tools of other domains by an ordinary MCP `tools/call` to their internal address. */
export interface ServiceClient {
  /** With this service's own token. */
  asItself: ServiceCaller
  /** With a token exchanged for whoever gave this proof. */
  onBehalfOf(proof: () => CallerProof | undefined): ServiceCaller
  /** Whether a domain is part of this fleet. */
  isDeployed(domain: DomainName): boolean
}

const CALL_TIMEOUT_MS = 20_000
const META = 'io.modelcontextprotocol/'
const REVISION = '2026-07-28'

const Answer = z.object({
  result: z.object({ structuredContent: z.unknown(), isError: z.boolean().optional() }).optional(),
  error: z.object({ message: z.string() }).optional(),
})
type Answer = z.output<typeof Answer>

/** A client for one service. A callee that is away is not asked again for a second. */
export function serviceClient(
  caller: DomainName,
  addresses: ServiceAddresses,
  identity: ServiceIdentity,
): ServiceClient {
  // Callees keep idle connections for 72 s; ours end before, so that no call goes out on a dead one.
  const dispatcher = new Agent({ keepAliveTimeout: 30_000, connect: { timeout: 2_000, lookup: anyReplica } })
  const circuits = new Map<DomainName, Circuit>()
  const circuitOf = (callee: DomainName): Circuit => {
    const circuit = circuits.get(callee) ?? createCircuit()
    circuits.set(callee, circuit)
    return circuit
  }

  const send = (callee: DomainName, address: string, token: string, tool: string, params: object, timeoutMs: number) =>
    request(`${address}/${callee}/mcp`, {
      method: 'POST',
      dispatcher,
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': REVISION,
        'mcp-method': 'tools/call',
        'mcp-name': tool,
        ...traceHeader(),
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params }),
    }).then(async ({ statusCode, body }) => ({ status: statusCode, text: await body.text() }))

  const callWith = (proof: () => CallerProof | undefined): ServiceCaller => {
    const call: ServiceCaller = async (
      callee,
      tool,
      args,
      { timeoutMs = CALL_TIMEOUT_MS, ...process }: ServiceCallOptions = {},
    ) => {
      const { title } = domains[callee]
      const address = addresses[callee]
      if (!address) throw unavailable(`${title} is not part of this fleet.`)
      const circuit = circuitOf(callee)
      if (!circuit.mayTry()) throw unavailable(`${title} has not answered for a while.`)
      const presented = proof()
      const token = await identity.token(callee, presented)
      const _meta = {
        ...envelope(caller),
        ...metaOf({ ...process, timeoutMs, traceparent: currentTraceparent() }),
      }
      const answer = await send(callee, address, token, tool, { name: tool, arguments: args, _meta }, timeoutMs).catch(
        () => undefined,
      )
      if (!answer || answer.status >= 500) circuit.failed()
      else circuit.answered()
      if (!answer) throw unavailable(`${title} does not answer.`)
      if (answer.status === 401) identity.forget(callee, presented)
      if (answer.status === 403) throw refused(title, tool, messageIn(answer.text))
      if (answer.status !== 200) throw unavailable(`${title} does not answer (${answer.status}).`)
      return contentOf(title, Answer.parse(JSON.parse(answer.text)))
    }
    return (callee, tool, args, options) =>
      inSpan(`call ${callee} ${tool}`, factsOf(callee, tool), () => call(callee, tool, args, options))
  }
  return {
    asItself: callWith(() => undefined),
    isDeployed: (domain) => addresses[domain] !== undefined,
    onBehalfOf: (proof) => callWith(() => proof() ?? fail('Nobody is signed in, so nobody can be acted for.')),
  }
}

const factsOf = (callee: DomainName, tool: string) => ({
  kind: 'client' as const,
  attributes: { 'mcp.method.name': 'tools/call', 'gen_ai.tool.name': tool, 'server.address': callee },
})

function traceHeader(): { traceparent?: string } {
  const traceparent = currentTraceparent()
  return traceparent ? { traceparent } : {}
}

function contentOf(title: string, { result, error }: Answer): unknown {
  if (!result) throw unavailable(`${title} refused the call: ${error?.message ?? 'no reason given'}.`)
  if (result.isError) throw businessErrorOf(result.structuredContent as BusinessErrorBody)
  return result.structuredContent
}

function envelope(caller: DomainName) {
  return {
    [`${META}protocolVersion`]: REVISION,
    [`${META}clientCapabilities`]: {},
    [`${META}clientInfo`]: { name: domains[caller].serverName, version: VERSION },
  }
}

function refused(title: string, tool: string, reason: string): BusinessError {
  return new BusinessError('policy_denied', `${title} does not let this server call ${tool}. ${reason}`)
}

/** What a refusal says, which may be a JSON-RPC error or a plain one. */
function messageIn(text: string): string {
  const parsed = Refusal.safeParse(parseJson(text))
  return parsed.success ? (parsed.data.error?.message ?? parsed.data.message ?? '') : ''
}

const Refusal = z.object({
  error: z.object({ message: z.string() }).optional().catch(undefined),
  message: z.string().optional(),
})

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text)
  } catch {
    // Whatever stands between us and the callee may answer in another form.
    return undefined
  }
}

function fail(message: string): never {
  throw new BusinessError('policy_denied', message)
}
