import type { DomainName } from '@backroom/access'

/** An open `subscriptions/listen` stream. */
export interface Subscription {
  /** URIs that were announced so far. */
  readonly heard: readonly string[]
  close(): void
}

const META = 'io.modelcontextprotocol/'
const REVISION = '2026-07-28'

/** Subscribes to resources of one server, and returns once the server has acknowledged it. */
export async function subscribe(
  publicUrl: string,
  domain: DomainName,
  token: string,
  uris: readonly string[],
): Promise<Subscription> {
  const leaving = new AbortController()
  const method = 'subscriptions/listen'
  const response = await fetch(`${publicUrl}/${domain}/mcp`, {
    method: 'POST',
    signal: leaving.signal,
    headers: {
      authorization: `Bearer ${token}`,
      'content-type': 'application/json',
      accept: 'application/json, text/event-stream',
      'mcp-protocol-version': REVISION,
      'mcp-method': method,
    },
    body: JSON.stringify({
      jsonrpc: '2.0',
      id: 'watch',
      method,
      params: {
        notifications: { resourceSubscriptions: uris },
        _meta: {
          [`${META}protocolVersion`]: REVISION,
          [`${META}clientCapabilities`]: {},
          [`${META}clientInfo`]: { name: 'watcher', version: '1.0.0' },
        },
      },
    }),
  })
  const heard: string[] = []
  const messages = messagesOf(response)
  const first = await messages.next()
  if (first.value?.method !== 'notifications/subscriptions/acknowledged')
    throw new Error(`${domain} did not acknowledge: ${JSON.stringify(first.value)}`)
  void (async () => {
    for await (const { params } of messages) if (params?.uri) heard.push(params.uri)
  })().catch(() => undefined) // A stream that ends, by `close` or otherwise, hears nothing more: its watcher sees that.
  return { heard, close: () => leaving.abort() }
}

interface Message {
  method?: string
  params?: { uri?: string }
}

async function* messagesOf({ body }: Response): AsyncGenerator<Message> {
  let text = ''
  for await (const chunk of body?.pipeThrough(new TextDecoderStream()) ?? []) {
    text += chunk
    for (let end = text.indexOf('\n\n'); end >= 0; end = text.indexOf('\n\n')) {
      const event = text.slice(0, end)
      text = text.slice(end + 2)
      const data = event
        .split('\n')
        .flatMap((line) => (line.startsWith('data:') ? [line.slice(5)] : []))
        .join('\n')
      if (data.trim()) yield JSON.parse(data) as Message
    }
  }
}
