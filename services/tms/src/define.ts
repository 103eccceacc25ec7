import { BusinessError, type CallContext, type Caller, definitionsFor } from '@backroom/mcp-service'
import type { Tables } from './database-tables.ts'

const declare = definitionsFor<Tables>()

/** The ways to declare a tool, a resource or a prompt of this server. Nothing here belongs to a customer. */
export const defineTool: typeof declare.defineTool = (tool) => declare.defineTool(forStaff(tool, ['handle', 'start']))
export const defineResource: typeof declare.defineResource = (resource) =>
  declare.defineResource(forStaff(resource, ['read']))
export const { definePrompt } = declare

/** @throws {BusinessError} not_found: what is not theirs does not exist for customers */
function requireStaff({ kind }: Caller): void {
  if (kind === 'customer') throw new BusinessError('not_found', 'There is nothing of yours here.')
}

type Handler = (subject: never, context: CallContext<Tables>) => unknown

function forStaff<Declared extends object>(declared: Declared, names: readonly string[]): Declared {
  const guarded: Record<string, Handler> = {}
  for (const name of names) {
    const handler = (declared as unknown as Record<string, Handler | undefined>)[name]
    if (!handler) continue
    guarded[name] = (subject, context) => {
      requireStaff(context.caller)
      return handler(subject, context)
    }
  }
  return { ...declared, ...guarded }
}
