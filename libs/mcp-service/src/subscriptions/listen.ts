import {
  createMcpHandler,
  ProtocolErrorCode,
  type Server,
  type ServerEvent,
  type ServerEventBus,
} from '@modelcontextprotocol/server'
import type { Caller } from '../caller.ts'
import type { Resource } from '../define.ts'
import type { View } from '../mcp/view.ts'
import { findResource, mayRead } from '../resources.ts'
import type { Request as Call } from '../runtime.ts'
import { SUBJECT_MARK } from './announced-uri.ts'

/** Open `subscriptions/listen` streams of this process. */
export interface Subscriptions {
  /** Opens a stream for one caller; it ends with the token, or when the client leaves. */
  open(
    request: globalThis.Request,
    body: unknown,
    { caller, signal }: Pick<Call, 'caller' | 'signal'>,
    expiresAt: number,
    server: () => Server,
  ): Promise<Response>
  /** JSON-RPC error for what this caller may not listen to; undefined when all is well. */
  refusal(body: unknown, caller: Caller): { code: number; message: string } | undefined
  /** Ends every stream with its final result. */
  close(): Promise<void>
}

/** Our own JSON-RPC code for too many calls or streams. */
export const TOO_MANY = -31_429

const MAX_STREAMS_PER_SUBJECT = 20
const MAX_TIMER_MS = 2 ** 31 - 1

/** Serves subscriptions by the SDK, one handler a stream, so that each hears what its own caller may hear. */
export function subscriptions(view: View): Subscriptions {
  const open = new Map<{ close(): Promise<void> }, string>()
  const countOf = (subject: string) => [...open.values()].filter((other) => other === subject).length
  return {
    async open(request, body, { caller, signal }, expiresAt, server) {
      const handler = createMcpHandler(server, { legacy: 'reject', bus: heardBy(caller, view.runtime.changes.bus) })
      const end = () => {
        clearTimeout(timer)
        open.delete(handler)
        void handler.close()
      }
      const timer = setTimeout(end, Math.min(Math.max(0, expiresAt - Date.now()), MAX_TIMER_MS))
      timer.unref()
      open.set(handler, caller.subject)
      signal().addEventListener('abort', end, { once: true })
      const response = await handler.fetch(request, { parsedBody: body })
      const isStream = response.headers.get('content-type')?.startsWith('text/event-stream')
      if (!isStream) end()
      return response
    },
    refusal(body, caller) {
      if (countOf(caller.subject) >= MAX_STREAMS_PER_SUBJECT)
        return { code: TOO_MANY, message: `At most ${MAX_STREAMS_PER_SUBJECT} streams may be open at once.` }
      const unknown = askedFor(body).find((uri) => !isSubscribable(view, uri, caller))
      return unknown === undefined
        ? undefined
        : { code: ProtocolErrorCode.InvalidParams, message: `${unknown} cannot be subscribed to.` }
    },
    close: async () => void (await Promise.all([...open.keys()].map((handler) => handler.close()))),
  }
}

function askedFor(body: unknown): string[] {
  const uris = (body as { params?: { notifications?: { resourceSubscriptions?: unknown } } }).params?.notifications
    ?.resourceSubscriptions
  return Array.isArray(uris) ? uris.filter((uri) => typeof uri === 'string') : []
}

function isSubscribable(view: View, uri: string, caller: Caller): boolean {
  if (uri.includes('?') || uri.includes(SUBJECT_MARK)) return false
  const resource = resourceOf(view, uri)
  return resource?.subscribable === true && mayRead(caller, resource)
}

function resourceOf(view: View, uri: string): Resource | undefined {
  try {
    return findResource(view.resources, uri)?.compiled.resource
  } catch {
    // A malformed URI belongs to no resource.
    return undefined
  }
}

function heardBy(caller: Caller, bus: ServerEventBus): ServerEventBus {
  return {
    publish: () => undefined,
    subscribe: (listener) =>
      bus.subscribe((event: ServerEvent) => {
        if (event.kind !== 'resource_updated') return listener(event)
        const [uri = '', subject] = event.uri.split(SUBJECT_MARK, 2)
        if (subject === undefined || subject === caller.subject) listener({ ...event, uri })
      }),
  }
}
