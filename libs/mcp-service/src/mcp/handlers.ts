import {
  type CompleteResult,
  type GetPromptResult,
  type InputRequiredResult,
  isInputRequiredResult,
  ProtocolError,
  ProtocolErrorCode,
  type ReadResourceResult,
  ResourceNotFoundError,
  type ServerContext,
} from '@modelcontextprotocol/server'
import type { z } from 'zod'
import { callMeta } from '../calls/call-meta.ts'
import { callTool, invalidArguments } from '../calls/call-tool.ts'
import type { Prompt, PromptMessage } from '../define.ts'
import { BusinessError } from '../errors.ts'
import { contentsOf, findResource, listingOf, mayRead } from '../resources.ts'
import { type Request, readContext } from '../runtime.ts'
import { reachable, visibleTools } from '../tool-table.ts'
import { type CallToolResult, callToolResult } from './results.ts'
import type { View } from './view.ts'

interface ListParams {
  cursor?: string | undefined
}

/** The answers to MCP requests, free of transport: every front sends what these return. */
export function handlersOf(view: View) {
  const { runtime, resources, prompts } = view
  return {
    listTools: (request: Request, params?: ListParams) => {
      refuseCursor(params)
      return { tools: visibleTools(view.tools, request.caller) }
    },

    /** Given the context of a round-trip capable request, it asks the user of the client where the client can. */
    async callTool(
      request: Request,
      name: string,
      args: unknown,
      meta?: unknown,
      context?: ServerContext,
    ): Promise<CallToolResult | InputRequiredResult> {
      const compiled = view.tools.get(name)
      if (!compiled || !reachable(request.caller, compiled.tool)) {
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown tool: ${name}`)
      }
      const call = { ...request, compiled, args, meta: callMeta(meta, request.caller) }
      const asks = compiled.tool.approval && context
      const resumed = asks && (await runtime.roundTrips.resume(context, call))
      const outcome = resumed ?? (await callTool(runtime, call))
      if (isInputRequiredResult(outcome)) return outcome
      const question = asks && !resumed && outcome.ok && (await runtime.roundTrips.ask(context, call, outcome.result))
      return question || callToolResult(outcome)
    },

    listResources: (request: Request, params?: ListParams) => {
      refuseCursor(params)
      const visible = resources.filter(({ resource, isTemplate }) => !isTemplate && mayRead(request.caller, resource))
      return { resources: visible.map((compiled) => ({ ...listingOf(compiled), uri: compiled.resource.uri })) }
    },

    listResourceTemplates: (request: Request, params?: ListParams) => {
      refuseCursor(params)
      const visible = resources.filter(({ resource, isTemplate }) => isTemplate && mayRead(request.caller, resource))
      return {
        resourceTemplates: visible.map((compiled) => ({ ...listingOf(compiled), uriTemplate: compiled.resource.uri })),
      }
    },

    async readResource(request: Request, uri: string): Promise<ReadResourceResult> {
      const found = translated(uri, () => findResource(resources, uri))
      if (!found || !mayRead(request.caller, found.compiled.resource)) throw new ResourceNotFoundError(uri)
      const { resource } = found.compiled
      try {
        return {
          contents: [contentsOf(uri, resource, await resource.read(found.variables, readContext(runtime, request)))],
        }
      } catch (error) {
        throw protocolErrorOf(error, uri)
      }
    },

    listPrompts: (request: Request, params?: ListParams) => {
      refuseCursor(params)
      const visible = [...prompts.values()].filter((prompt) => mayUse(request, prompt))
      return { prompts: visible.map(promptListing) }
    },

    async getPrompt(
      request: Request,
      name: string,
      args: Record<string, string> | undefined,
    ): Promise<GetPromptResult> {
      const prompt = prompts.get(name)
      if (!prompt || !mayUse(request, prompt))
        throw new ProtocolError(ProtocolErrorCode.InvalidParams, `Unknown prompt: ${name}`)
      const parsed = prompt.arguments.safeParse(args ?? {})
      if (!parsed.success) throw protocolErrorOf(invalidArguments(parsed.error.issues), name)
      try {
        const messages = await prompt.messages(parsed.data, readContext(runtime, request))
        const parts: PromptMessage[] = typeof messages === 'string' ? [{ role: 'user', text: messages }] : messages
        return {
          description: prompt.description,
          messages: await Promise.all(parts.map((part) => this.promptMessage(request, part))),
        }
      } catch (error) {
        throw protocolErrorOf(error, name)
      }
    },

    async promptMessage(request: Request, part: PromptMessage): Promise<GetPromptResult['messages'][number]> {
      if ('text' in part) return { role: part.role, content: { type: 'text', text: part.text } }
      if ('content' in part) return { role: part.role, content: part.content }
      const { contents } = await this.readResource(request, part.resource)
      const [resource] = contents
      if (!resource) throw new ResourceNotFoundError(part.resource)
      return { role: part.role, content: { type: 'resource', resource } }
    },

    async complete(
      request: Request,
      ref: { type: string; name?: string; uri?: string },
      argument: { name: string; value: string },
    ): Promise<CompleteResult> {
      const completers =
        ref.type === 'ref/prompt' ? prompts.get(ref.name ?? '')?.complete : templateOf(view, ref.uri ?? '')?.complete
      const values = (await completers?.[argument.name]?.(argument.value, readContext(runtime, request))) ?? []
      return {
        completion: {
          values: values.slice(0, MAX_COMPLETIONS),
          total: values.length,
          hasMore: values.length > MAX_COMPLETIONS,
        },
      }
    },
  }
}

export type Handlers = ReturnType<typeof handlersOf>

const MAX_COMPLETIONS = 100

function templateOf(view: View, uri: string) {
  return view.resources.find(({ resource }) => resource.uri === uri)?.resource
}

/** Our lists fit one page, so that no cursor of ours exists. */
function refuseCursor(params: ListParams | undefined): void {
  if (params?.cursor !== undefined) throw new ProtocolError(ProtocolErrorCode.InvalidParams, 'Invalid cursor')
}

function mayUse({ caller }: Request, { scope }: Prompt): boolean {
  return scope === undefined || caller.scopes.has(scope)
}

function promptListing({ name, title, description, arguments: schema }: Prompt) {
  const fields = Object.entries(schema.shape as Record<string, z.ZodType>)
  return {
    name,
    ...(title ? { title } : {}),
    description,
    arguments: fields.map(([field, type]) => ({
      name: field,
      ...(type.description ? { description: type.description } : {}),
      required: !type.safeParse(undefined).success,
    })),
  }
}

function translated<T>(uri: string, find: () => T): T {
  try {
    return find()
  } catch (error) {
    throw protocolErrorOf(error, uri)
  }
}

function protocolErrorOf(error: unknown, uri: string): unknown {
  if (!(error instanceof BusinessError)) return error
  if (error.body.code === 'not_found') return new ResourceNotFoundError(uri, error.message)
  const code =
    error.body.code === 'invalid_argument' ? ProtocolErrorCode.InvalidParams : ProtocolErrorCode.InternalError
  return new ProtocolError(code, error.message, error.body)
}
