import { Server, type ServerContext } from '@modelcontextprotocol/server'
import { AjvJsonSchemaValidator } from '@modelcontextprotocol/server/validators/ajv'
import type { Request, Runtime } from '../runtime.ts'
import { type Handlers, handlersOf } from './handlers.ts'
import type { View } from './view.ts'

/** Gives the request that a message belongs to: over HTTP the same for all, on stdio one for each message. */
export type RequestOf = (context: ServerContext) => Request

/** What `Extend` may fall back to. */
export interface ServerParts {
  runtime: Runtime
  handlers: Handlers
  era: 'legacy' | 'modern'
  requestOf: RequestOf
}

/** Changes what a server answers; only the conformance fixture does. */
export type Extend = (server: Server, parts: ServerParts) => void

const jsonSchemaValidator = new AjvJsonSchemaValidator()

/**
 * The SDK's low-level server over the prepared tables of a view: a new one for each HTTP request or stdio connection.
 * `McpServer` would build every schema again each time.
 */
export function sdkServerFactory(view: View, extend?: Extend) {
  const handlers = handlersOf(view)
  const hasCompletions =
    [...view.resources].some(({ resource }) => resource.complete) || [...view.prompts.values()].some((p) => p.complete)
  const subscribable = view.resources.some(({ resource }) => resource.subscribable)
  const read = { ttlMs: 0, cacheScope: 'private' as const }

  return (era: 'legacy' | 'modern', plainRequestOf: RequestOf): Server => {
    const requestOf: RequestOf = (context) => withProgress(plainRequestOf(context), context)
    const server = new Server(view.serverInfo, {
      instructions: view.instructions,
      capabilities: {
        tools: {},
        ...(view.resources.length > 0
          ? { resources: subscribable && era === 'modern' ? { subscribe: true } : {} }
          : {}),
        ...(view.prompts.size > 0 ? { prompts: {} } : {}),
        ...(hasCompletions ? { completions: {} } : {}),
      },
      cacheHints: {
        'tools/list': view.listCache,
        'resources/list': view.listCache,
        'resources/templates/list': view.listCache,
        'prompts/list': view.listCache,
        'resources/read': read,
        'server/discover': { ttlMs: 300_000, cacheScope: 'public' },
      },
      jsonSchemaValidator,
    })
    server.setRequestHandler('tools/list', ({ params }, context) => handlers.listTools(requestOf(context), params))
    server.setRequestHandler('tools/call', ({ params }, context) =>
      handlers.callTool(
        requestOf(context),
        params.name,
        params.arguments,
        context.mcpReq._meta,
        era === 'modern' ? context : undefined,
      ),
    )
    if (view.resources.length > 0) {
      server.setRequestHandler('resources/list', ({ params }, context) =>
        handlers.listResources(requestOf(context), params),
      )
      server.setRequestHandler('resources/templates/list', ({ params }, context) =>
        handlers.listResourceTemplates(requestOf(context), params),
      )
      server.setRequestHandler('resources/read', ({ params }, context) =>
        handlers.readResource(requestOf(context), params.uri),
      )
    }
    if (view.prompts.size > 0) {
      server.setRequestHandler('prompts/list', ({ params }, context) =>
        handlers.listPrompts(requestOf(context), params),
      )
      server.setRequestHandler('prompts/get', ({ params }, context) =>
        handlers.getPrompt(requestOf(context), params.name, params.arguments),
      )
    }
    if (hasCompletions) {
      server.setRequestHandler('completion/complete', ({ params }, context) =>
        handlers.complete(requestOf(context), params.ref, params.argument),
      )
    }
    extend?.(server, { runtime: view.runtime, handlers, era, requestOf })
    return server
  }
}

/** Progress goes out only where the client gave a token for it, and only while it rises. */
function withProgress(request: Request, { mcpReq }: ServerContext): Request {
  const progressToken = mcpReq._meta?.progressToken
  if (progressToken === undefined) return request
  let last = -1
  return {
    ...request,
    progress(done, total, message) {
      if (done <= last) return
      last = done
      const params = {
        progressToken,
        progress: done,
        ...(total === undefined ? {} : { total }),
        ...(message ? { message } : {}),
      }
      void mcpReq.notify({ method: 'notifications/progress', params })
    },
  }
}
