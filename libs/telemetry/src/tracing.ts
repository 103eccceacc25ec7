/** Facts of a span, by OpenTelemetry's semantic conventions where there is a name. */
export type Attributes = Record<string, string | number | boolean | undefined>

/** What is known of a span when it begins. */
export interface SpanFacts {
  /** server: answers a request of another process. client: asks another process. Default: neither. */
  kind?: 'server' | 'client'
  attributes?: Attributes
  /** traceparent of the span above. Default: the active span. */
  parent?: string | undefined
  /** traceparent of a span that led to this one without being above it. */
  link?: string | undefined
  /** Record it only below an active span: what nobody asked for leaves no trace. */
  onlyWithin?: boolean
}

/** Adds facts to a span while it runs; `error` marks it as failed. */
export type Note = (attributes: Attributes, error?: string) => void

/** A span that is ended by hand. */
export interface OpenSpan {
  readonly traceId: string
  /** Runs work with this span as the active one. */
  enter<T>(work: () => T): T
  note: Note
  end(): void
}

/** Records spans; there is one in a process that traces, none in the others. */
export interface Recorder {
  /** undefined where `onlyWithin` says that there is nothing to record. */
  open(name: string, facts: SpanFacts): OpenSpan | undefined
  active(): { traceId: string; traceparent: string } | undefined
  stop(): Promise<void>
}

let recorder: Recorder | undefined

/** Whether this process records spans. */
export function isTracing(): boolean {
  return recorder !== undefined
}

/** Runs work as a span that ends with it, or with its promise; what it throws marks the span as failed. */
export function inSpan<T>(name: string, facts: SpanFacts, work: (note: Note) => T): T {
  const span = recorder?.open(name, facts)
  return span ? span.enter(() => untilEnd(span, work)) : work(noNote)
}

/** Begins a span that its caller ends; undefined without tracing. */
export function openSpan(name: string, facts: SpanFacts): OpenSpan | undefined {
  return recorder?.open(name, facts)
}

/** traceparent of the active span, to be sent along; undefined without one. */
export function currentTraceparent(): string | undefined {
  return recorder?.active()?.traceparent
}

/** Id of the active trace; undefined without one. */
export function currentTraceId(): string | undefined {
  return recorder?.active()?.traceId
}

/** Makes a recorder the one of this process. */
export function setRecorder(next: Recorder | undefined): Recorder | undefined {
  const before = recorder
  recorder = next
  return before
}

const noNote: Note = () => undefined

function untilEnd<T>(span: OpenSpan, work: (note: Note) => T): T {
  let result: T
  try {
    result = work(span.note)
  } catch (error) {
    fail(span, error)
    throw error
  }
  if (!(result instanceof Promise)) {
    span.end()
    return result
  }
  return result.then(
    (value) => {
      span.end()
      return value
    },
    (error) => {
      fail(span, error)
      throw error
    },
  ) as T
}

/** Only its kind: messages quote what callers sent. */
function fail(span: OpenSpan, error: unknown): void {
  const { name, code } = error as Partial<Error & { code: unknown }>
  const type = typeof code === 'string' ? code : (name ?? 'Error')
  span.note({ 'error.type': type }, type)
  span.end()
}
