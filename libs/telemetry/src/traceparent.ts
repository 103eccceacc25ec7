/** What a traceparent says: which span of which trace, and whether it is recorded. */
export interface SpanContext {
  traceId: string
  spanId: string
  /** Bit 0: sampled. */
  traceFlags: number
}

/** W3C Trace Context, version 00; ids of zeros alone are not valid. */
const form = /^00-(?!0{32})([0-9a-f]{32})-(?!0{16})([0-9a-f]{16})-([0-9a-f]{2})$/

/** Reads a traceparent; undefined when it is none. */
export function parseTraceparent(text: unknown): SpanContext | undefined {
  const parts = typeof text === 'string' ? form.exec(text) : null
  if (!parts) return undefined
  const [, traceId = '', spanId = '', flags = '0'] = parts
  return { traceId, spanId, traceFlags: Number.parseInt(flags, 16) & 1 }
}

/** Writes one. */
export function formatTraceparent({ traceId, spanId, traceFlags }: SpanContext): string {
  return `00-${traceId}-${spanId}-${traceFlags & 1 ? '01' : '00'}`
}

/** The traceparent among headers or `_meta`, if it is one. */
export function traceparentIn(carrier: unknown): string | undefined {
  if (carrier === null || typeof carrier !== 'object') return undefined
  const { traceparent } = carrier as { traceparent?: unknown }
  return parseTraceparent(traceparent) ? (traceparent as string) : undefined
}
