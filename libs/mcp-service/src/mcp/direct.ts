import { isSpecType } from '@modelcontextprotocol/server'
import type { FastifyRequest } from 'fastify'
import { callMeta } from '../calls/call-meta.ts'
import { callTool } from '../calls/call-tool.ts'
import type { Request } from '../runtime.ts'
import { reachable, visibleTools } from '../tool-table.ts'
import { callToolJson } from './results.ts'
import type { View } from './view.ts'

const MODERN = '2026-07-28'
const LEGACY = new Set(['2025-11-25', '2025-06-18', '2025-03-26'])
const META = 'io.modelcontextprotocol/'

interface DirectRequest {
  id: string | number
  method: string
  params: Record<string, unknown>
  era: 'legacy' | 'modern'
}

/**
 * Answers a plain `tools/call` or `tools/list` without building a server for it: most requests are these, and the SDK's
 * machinery costs several times the work itself. Whatever is not exactly well-formed, or needs a stream, is left to the
 * SDK (undefined), which stays the reference for every other answer.
 */
export async function answerDirectly(view: View, http: FastifyRequest, request: Request): Promise<string | undefined> {
  const direct = directRequestOf(http)
  if (!direct) return undefined
  const result = direct.method === 'tools/list' ? listTools(view, direct, request) : await call(view, direct, request)
  return result && `{"jsonrpc":"2.0","id":${JSON.stringify(direct.id)},"result":${result}}`
}

function listTools(view: View, { params, era }: DirectRequest, request: Request): string | undefined {
  if (params.cursor !== undefined) return undefined
  const tools = visibleTools(view.tools, request.caller)
  return JSON.stringify(era === 'modern' ? { tools, ...view.listCache, ...stampOf(view) } : { tools })
}

async function call(view: View, { params, era }: DirectRequest, request: Request): Promise<string | undefined> {
  const compiled = view.tools.get(params.name as string)
  if (!compiled || !reachable(request.caller, compiled.tool)) return undefined
  if (compiled.tool.approval && canAsk(params)) return undefined
  const outcome = await callTool(view.runtime, {
    ...request,
    compiled,
    args: params.arguments,
    meta: callMeta(params._meta, request.caller),
  })
  return callToolJson(outcome, era === 'modern' ? stampOf(view) : {})
}

/** Whether the client can ask its user, which takes rounds. */
function canAsk({ _meta: meta }: DirectRequest['params']): boolean {
  const capabilities = isRecord(meta) ? meta[`${META}clientCapabilities`] : undefined
  return isRecord(capabilities) && capabilities.elicitation !== undefined
}

/** What the SDK puts into every result of the modern era. */
function stampOf({ serverInfo }: View) {
  return { resultType: 'complete', _meta: { [`${META}serverInfo`]: serverInfo } }
}

function directRequestOf({ method: httpMethod, headers, body }: FastifyRequest): DirectRequest | undefined {
  if (httpMethod !== 'POST' || !isRecord(body) || body.jsonrpc !== '2.0') return undefined
  const { id, method, params = {} } = body
  if (typeof id !== 'string' && !Number.isSafeInteger(id)) return undefined
  if ((method !== 'tools/call' && method !== 'tools/list') || !isRecord(params)) return undefined
  if (Object.keys(body).some((member) => !requestMembers.has(member))) return undefined
  if (!headers.accept?.includes('application/json') || !headers.accept.includes('text/event-stream')) return undefined
  if (!isPlainParams(method, params)) return undefined
  const era = eraOf(headers, method, params)
  return era && { id: id as string | number, method, params, era }
}

const requestMembers = new Set(['jsonrpc', 'id', 'method', 'params'])
const callMembers = new Set(['name', 'arguments', '_meta'])
const listMembers = new Set(['cursor', '_meta'])

function isPlainParams(method: 'tools/call' | 'tools/list', params: Record<string, unknown>): boolean {
  const allowed = method === 'tools/call' ? callMembers : listMembers
  if (Object.keys(params).some((member) => !allowed.has(member))) return false
  const { _meta: meta, arguments: args, name } = params
  if (meta !== undefined && (!isRecord(meta) || 'progressToken' in meta || `${META}logLevel` in meta)) return false
  return method === 'tools/list' || (typeof name === 'string' && (args === undefined || isRecord(args)))
}

function eraOf(
  headers: FastifyRequest['headers'],
  method: string,
  params: Record<string, unknown>,
): DirectRequest['era'] | undefined {
  const version = headers['mcp-protocol-version']
  const meta = isRecord(params._meta) ? params._meta : {}
  if (version === MODERN) return isModern(headers, method, params, meta) ? 'modern' : undefined
  if (version !== undefined && !LEGACY.has(String(version))) return undefined
  return Object.keys(meta).some((name) => name.startsWith(META)) ? undefined : 'legacy'
}

const envelopeMembers = new Set([`${META}protocolVersion`, `${META}clientCapabilities`, `${META}clientInfo`])

function isModern(
  headers: FastifyRequest['headers'],
  method: string,
  params: Record<string, unknown>,
  meta: Record<string, unknown>,
): boolean {
  if (meta[`${META}protocolVersion`] !== MODERN || headers['mcp-method'] !== method) return false
  if (method === 'tools/call' && headers['mcp-name'] !== params.name) return false
  if (Object.keys(meta).some((name) => name.startsWith(META) && !envelopeMembers.has(name))) return false
  const client = meta[`${META}clientInfo`]
  if (client !== undefined && !isSpecType.Implementation(client)) return false
  return isSpecType.ClientCapabilities(meta[`${META}clientCapabilities`])
}

function isRecord(value: unknown): value is Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value)
}
