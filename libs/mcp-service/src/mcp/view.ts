import { domains } from '@backroom/access'
import type { Prompt } from '../define.ts'
import { type CompiledResource, compileResources } from '../resources.ts'
import type { Runtime } from '../runtime.ts'
import { publicTools, type ToolTable } from '../tool-table.ts'

/** Version of the fleet, as `serverInfo.version` says. */
export const VERSION = '0.1.0'

/** What one MCP endpoint offers: all of a service, or its public part. */
export interface View {
  runtime: Runtime
  tools: ToolTable
  resources: readonly CompiledResource[]
  prompts: ReadonlyMap<string, Prompt>
  serverInfo: { name: string; title: string; version: string }
  instructions: string
  /** Caching of lists: the public part is the same for everyone, the rest depends on the token. */
  listCache: { ttlMs: number; cacheScope: 'public' | 'private' }
}

const PUBLIC_LIST_TTL_MS = 60_000

/** Everything that the service offers, behind a token. */
export function fullView(runtime: Runtime): View {
  const { service } = runtime
  return {
    runtime,
    tools: runtime.tools,
    resources: compileResources(service.resources),
    prompts: new Map(service.prompts.map((prompt) => [prompt.name, prompt])),
    serverInfo: { name: domains[service.domain].serverName, title: domains[service.domain].title, version: VERSION },
    instructions: service.instructions,
    listCache: { ttlMs: 0, cacheScope: 'private' },
  }
}

/** The part that needs no token. */
export function publicView(runtime: Runtime): View {
  const full = fullView(runtime)
  return {
    ...full,
    tools: publicTools(full.tools),
    resources: full.resources.filter(({ resource }) => resource.scope === 'public'),
    prompts: new Map(),
    listCache: { ttlMs: PUBLIC_LIST_TTL_MS, cacheScope: 'public' },
  }
}
