import type { FastifyReply, FastifyRequest } from 'fastify'
import type { ToolListing } from '../tool-table.ts'
import type { View } from './view.ts'

/** An argument that clients repeat in a header (`x-mcp-header` in its schema), so that intermediaries need no body. */
interface ParameterHeader {
  /** Lower case, as Node names it. */
  header: string
  path: string[]
}

const HEADER_MISMATCH = -32_020
const base64Form = /^=\?base64\?(.*)\?=$/s

/** Answers 400 when an `Mcp-Param-*` header is missing or says something else than the arguments of the call. */
export function parameterHeaderCheck(view: View) {
  const declared = new Map(
    [...view.tools.values()].map(({ listing }) => [listing.name, declaredIn(listing.inputSchema)]),
  )
  return ({ headers, body }: FastifyRequest, reply: FastifyReply, done: () => void) => {
    const { id, method, params } = (body ?? {}) as Call
    if (headers['mcp-protocol-version'] !== '2026-07-28' || method !== 'tools/call') return done()
    const wrong = declared.get(String(params?.name))?.find(({ header, path }) => {
      const value = valueAt(params?.arguments, path)
      return value !== undefined && value !== null && !agrees(headers[header], value)
    })
    if (!wrong) return done()
    const message = `The header ${wrong.header} is missing or does not say the same as ${wrong.path.join('.')} in the body`
    reply.code(400).send({ jsonrpc: '2.0', id: id ?? null, error: { code: HEADER_MISMATCH, message } })
  }
}

interface Call {
  id?: string | number
  method?: unknown
  params?: { name?: unknown; arguments?: unknown }
}

interface Schema {
  properties?: Record<string, Schema>
  'x-mcp-header'?: string
}

function declaredIn(schema: ToolListing['inputSchema'] | Schema, path: string[] = []): ParameterHeader[] {
  const { properties = {} } = schema as Schema
  return Object.entries(properties).flatMap(([name, property]) => {
    const inside = declaredIn(property, [...path, name])
    const header = property['x-mcp-header']
    return header ? [{ header: `mcp-param-${header.toLowerCase()}`, path: [...path, name] }, ...inside] : inside
  })
}

function valueAt(value: unknown, path: string[]): unknown {
  return path.reduce((node, name) => (node as Record<string, unknown> | null | undefined)?.[name], value)
}

function agrees(header: string | string[] | undefined, value: unknown): boolean {
  if (typeof header !== 'string') return false
  const decoded = decode(header)
  return typeof value === 'number' ? decoded !== '' && Number(decoded) === value : decoded === String(value)
}

/** The text of a header value; undefined when it claims to be base64 and is not. */
function decode(header: string): string | undefined {
  const encoded = base64Form.exec(header)?.[1]
  if (encoded === undefined) return header
  const bytes = Buffer.from(encoded, 'base64')
  return bytes.toString('base64') === encoded ? bytes.toString('utf8') : undefined
}
