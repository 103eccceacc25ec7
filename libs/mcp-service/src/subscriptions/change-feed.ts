import type { ServerEvent, ServerEventBus } from '@modelcontextprotocol/server'
import type { FastifyBaseLogger } from 'fastify'
import pg from 'pg'

/** Tells every replica's subscribers which resources changed. */
export interface ChangeFeed {
  /** Announces resources after the change has committed. Coalesced: one NOTIFY a tick, never inside a transaction. */
  publish(uris: Iterable<string>): void
  /** Where open subscriptions listen. */
  bus: ServerEventBus
  close(): Promise<void>
}

const TICK_MS = 50
const SAME_URI_PAUSE_MS = 1_000
const RECONNECT_MS = 500
const MAX_PAYLOAD_CHARACTERS = 7_000

/**
 * A feed over LISTEN/NOTIFY on a channel of the service's own schema. A lost connection is opened again; changes of that
 * gap are not announced, which a client sees as the next read.
 */
export function changeFeed(url: string, pool: pg.Pool, schema: string, log: FastifyBaseLogger): ChangeFeed {
  const channel = `${schema}_changes`
  const listeners = new Set<(event: ServerEvent) => void>()
  const pending = new Set<string>()
  const tell = (event: ServerEvent) => {
    for (const listener of listeners) listener(event)
  }
  const limiter = pauseBetweenSame((uri) => tell({ kind: 'resource_updated', uri }))
  let timer: NodeJS.Timeout | undefined
  let client: pg.Client | undefined
  let closed = false

  const flush = () => {
    timer = undefined
    const payloads = payloadsOf([...pending])
    pending.clear()
    return Promise.all(
      payloads.map((payload) =>
        pool
          .query('select pg_notify($1, $2)', [channel, payload])
          .catch((error) => log.warn({ err: error }, 'change not announced')),
      ),
    )
  }
  const listen = async () => {
    if (closed) return
    client = new pg.Client({ connectionString: url, application_name: channel, connectionTimeoutMillis: 2_000 })
    client.on('notification', ({ payload }) => {
      for (const uri of JSON.parse(payload ?? '[]') as string[]) limiter.pass(uri)
    })
    client.on('error', () => undefined)
    // A connection that could not be made ends as well, so that this alone decides on the next one.
    client.on('end', () => void (closed || setTimeout(listen, RECONNECT_MS).unref()))
    await client
      .connect()
      .then(() => client?.query(`listen ${pg.escapeIdentifier(channel)}`))
      .catch(() => undefined)
  }
  const publish = (uris: Iterable<string>) => {
    for (const uri of uris) pending.add(uri)
    if (pending.size > 0) timer ??= setTimeout(flush, TICK_MS)
  }
  void listen()
  return {
    publish,
    bus: {
      // What a server lists changes with its process alone, so that no other replica needs to hear of it.
      publish: (event) => (event.kind === 'resource_updated' ? publish([event.uri]) : tell(event)),
      subscribe(listener) {
        listeners.add(listener)
        return () => listeners.delete(listener)
      },
    },
    async close() {
      closed = true
      clearTimeout(timer)
      await flush()
      limiter.stop()
      await client?.end()
    },
  }
}

function payloadsOf(uris: string[]): string[] {
  const payloads: string[] = []
  let part: string[] = []
  let characters = 0
  for (const uri of uris) {
    if (characters + uri.length > MAX_PAYLOAD_CHARACTERS) {
      payloads.push(JSON.stringify(part))
      part = []
      characters = 0
    }
    part.push(uri)
    characters += uri.length + 3
  }
  if (part.length > 0) payloads.push(JSON.stringify(part))
  return payloads
}

/** Passes the first announcement of a URI at once and at most one more for each second after it. */
function pauseBetweenSame(announce: (uri: string) => void) {
  const paused = new Map<string, { again: boolean; timer: NodeJS.Timeout }>()
  const pass = (uri: string): void => {
    const pause = paused.get(uri)
    if (pause) {
      pause.again = true
      return
    }
    announce(uri)
    const timer = setTimeout(() => {
      const { again } = paused.get(uri) ?? { again: false }
      paused.delete(uri)
      if (again) pass(uri)
    }, SAME_URI_PAUSE_MS)
    timer.unref()
    paused.set(uri, { again: false, timer })
  }
  const stop = () => {
    for (const { timer } of paused.values()) clearTimeout(timer)
    paused.clear()
  }
  return { pass, stop }
}
