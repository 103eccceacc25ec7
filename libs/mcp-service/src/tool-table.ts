import { type DomainName, isServiceCall } from '@backroom/access'
import { z } from 'zod'
import { type Caller, serviceBehind } from './caller.ts'
import type { Tool } from './define.ts'

/** A tool with everything that a call needs, built once at start. */
export interface CompiledTool {
  tool: Tool
  /** Validates arguments; refuses unknown ones. */
  input: z.ZodObject
  /** Validates what the handler returned. */
  output: z.ZodType
  /** As published in `tools/list`. */
  listing: ToolListing
}

/** An entry of `tools/list`. */
export interface ToolListing {
  name: string
  title?: string
  description: string
  inputSchema: JsonSchemaObject
  outputSchema: JsonSchemaObject
  annotations: { readOnlyHint: boolean; destructiveHint: boolean; idempotentHint: boolean; openWorldHint: boolean }
  _meta?: { ui: { resourceUri: string } }
}

type JsonSchemaObject = { type: 'object'; [keyword: string]: unknown }

/** All tools of a service by name, in declaration order. */
export type ToolTable = ReadonlyMap<string, CompiledTool>

/** What a call answers while it waits for a person. */
const PendingApproval = z.object({
  status: z.literal('pending_approval'),
  approval_id: z.string(),
  approve_url: z.string().describe('Where people decide'),
  expires_at: z.string(),
  tier: z.enum(['A1', 'A2', 'A3']),
  message: z.string(),
})

/** What a call answers when its process outlasts it. */
const InProgress = z.object({ status: z.literal('in_progress'), handle: z.string() })

/** What every business error has; the rest is told by the error itself. */
const refusal = {
  type: 'object',
  properties: { code: { type: 'string' }, message: { type: 'string' } },
  required: ['code', 'message'],
}

const idempotencyKey = z
  .string()
  .min(1)
  .max(255)
  .optional()
  .describe('Reuse the SAME value when retrying this intent; use a new value only for a different intent.')

const forceNew = z
  .boolean()
  .optional()
  .describe('Set true only when the same call within a minute is meant as a second, separate one.')

/**
 * Checks and compiles the declarations of a service.
 *
 * @throws when two tools share a name, a scope belongs to another domain or a batching tool has an approval policy: a
 *   mistake in the declarations
 */
export function compileTools(domain: DomainName, tools: readonly Tool[]): ToolTable {
  const table = new Map<string, CompiledTool>()
  for (const tool of tools) {
    if (table.has(tool.name)) throw new Error(`Two tools of ${domain} are named ${tool.name}.`)
    if (tool.scope !== 'public' && !tool.scope.startsWith(`${domain}:`)) {
      throw new Error(`Tool ${tool.name} of ${domain} asks for the scope ${tool.scope} of another domain.`)
    }
    if (tool.approval && 'handleBatch' in tool)
      throw new Error(
        `Tool ${tool.name} of ${domain} shares transactions, so that no call of it can wait for a person.`,
      )
    table.set(tool.name, compile(tool))
  }
  return table
}

function compile(tool: Tool): CompiledTool {
  const input = inputOf(tool)
  return {
    tool,
    input,
    output: tool.output,
    listing: {
      name: tool.name,
      ...(tool.title ? { title: tool.title } : {}),
      description: tool.description,
      inputSchema: jsonSchema(input, 'input'),
      outputSchema: admitRefusals(answerSchema(tool)),
      ...(tool.view ? { _meta: { ui: { resourceUri: tool.view } } } : {}),
      annotations: {
        readOnlyHint: tool.effect === 'read',
        destructiveHint: tool.effect === 'destructive',
        idempotentHint: tool.idempotent ?? tool.effect === 'read',
        openWorldHint: tool.openWorld ?? false,
      },
    },
  }
}

function inputOf(tool: Tool): z.ZodObject {
  const declared: z.ZodObject = tool.input
  if (tool.effect === 'read') return declared.strict()
  const keyed = declared.extend({ idempotency_key: idempotencyKey })
  return (tool.repeat === 'suspicious' ? keyed.extend({ force_new: forceNew }) : keyed).strict()
}

/** What a call that was not refused answers. */
export function answerSchema(tool: Tool): JsonSchemaObject {
  const alternatives: z.ZodType[] = [tool.output]
  if (tool.approval) alternatives.push(PendingApproval)
  if ('start' in tool) alternatives.push(InProgress)
  if (alternatives.length === 1) return jsonSchema(tool.output, 'output')
  return { type: 'object', anyOf: alternatives.map((schema) => jsonSchema(schema, 'output')) }
}

/** Clients on the SDK 1.x check refusals against the output schema as well, and drop what does not match it. */
function admitRefusals(answer: JsonSchemaObject): JsonSchemaObject {
  const alternatives = Array.isArray(answer.anyOf) ? answer.anyOf : [answer]
  return { type: 'object', anyOf: [...alternatives, refusal] }
}

function jsonSchema(schema: z.ZodType, io: 'input' | 'output'): JsonSchemaObject {
  const { $schema: _, ...document } = z.toJSONSchema(schema, { io, unrepresentable: 'any' })
  return { ...document, type: 'object' }
}

/** Whether a caller may know that a tool exists and call it. */
export function permits(caller: Caller, tool: Tool): boolean {
  const { scope, orScope } = tool
  if (!reachable(caller, tool)) return false
  return scope === 'public' || caller.scopes.has(scope) || (orScope !== undefined && caller.scopes.has(orScope))
}

/** Whether asking for more scope could ever make the tool available to this caller. */
export function reachable(caller: Caller, tool: Tool): boolean {
  return !tool.serviceOnly || caller.kind === 'service' || isListed(caller, tool)
}

/** Whether a service makes this call, for itself or on somebody's behalf, and the table of service calls names it. */
export function isListed(caller: Caller, { name, scope }: Tool): boolean {
  const service = serviceBehind(caller)
  const [domain] = scope.split(':', 1)
  return service !== undefined && isServiceCall(service, domain as DomainName, name)
}

/** The listing of what a caller may use. */
export function visibleTools(table: ToolTable, caller: Caller): ToolListing[] {
  const visible: ToolListing[] = []
  for (const { tool, listing } of table.values()) if (permits(caller, tool)) visible.push(listing)
  return visible
}

/** The part of a table that needs no token. */
export function publicTools(table: ToolTable): ToolTable {
  return new Map([...table].filter(([, { tool }]) => tool.scope === 'public'))
}
