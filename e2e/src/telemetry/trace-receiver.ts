import { createServer } from 'node:http'
import type { AddressInfo } from 'node:net'

/** One span, as it was sent. */
export interface Span {
  service: string
  name: string
  traceId: string
  spanId: string
  parentSpanId: string | undefined
  /** Milliseconds since the epoch. */
  start: number
  end: number
}

/** An OTLP receiver that keeps what it is sent. */
export interface TraceReceiver {
  /** For OTEL_EXPORTER_OTLP_ENDPOINT. */
  url: string
  spans: readonly Span[]
  close(): void
}

interface Sent {
  name: string
  traceId: string
  spanId: string
  parentSpanId?: string
  startTimeUnixNano: string
  endTimeUnixNano: string
}

interface Batch {
  resourceSpans: {
    resource: { attributes: { key: string; value: { stringValue?: string } }[] }
    scopeSpans: { spans: Sent[] }[]
  }[]
}

/** Listens on a free port of loopback. */
export async function receiveTraces(): Promise<TraceReceiver> {
  const spans: Span[] = []
  const server = createServer((request, response) => {
    const chunks: Buffer[] = []
    request.on('data', (chunk) => chunks.push(chunk))
    request.on('end', () => {
      spans.push(...spansIn(JSON.parse(Buffer.concat(chunks).toString())))
      response.setHeader('content-type', 'application/json').end('{}')
    })
  })
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve))
  const { port } = server.address() as AddressInfo
  return { url: `http://127.0.0.1:${port}`, spans, close: () => void server.close() }
}

function spansIn({ resourceSpans }: Batch): Span[] {
  return resourceSpans.flatMap(({ resource, scopeSpans }) => {
    const service = resource.attributes.find(({ key }) => key === 'service.name')?.value.stringValue ?? ''
    return scopeSpans.flatMap(({ spans }) =>
      spans.map(({ name, traceId, spanId, parentSpanId, startTimeUnixNano, endTimeUnixNano }) => ({
        ...{ service, name, traceId, spanId, parentSpanId: parentSpanId || undefined },
        ...{ start: Number(startTimeUnixNano) / 1e6, end: Number(endTimeUnixNano) / 1e6 },
      })),
    )
  })
}

/** The spans of a trace as an indented tree, in the order in which they began. */
export function treeOf(spans: readonly Span[]): string {
  const known = new Set(spans.map(({ spanId }) => spanId))
  const below = Map.groupBy(spans, ({ parentSpanId }) =>
    parentSpanId && known.has(parentSpanId) ? parentSpanId : 'top',
  )
  const lines = (id: string, indent: string): string[] =>
    (below.get(id) ?? [])
      .toSorted((one, other) => one.start - other.start)
      .flatMap((span) => [
        `${indent}${span.service}: ${span.name} (${(span.end - span.start).toFixed(1)} ms)`,
        ...lines(span.spanId, `${indent}  `),
      ])
  return lines('top', '').join('\n')
}
