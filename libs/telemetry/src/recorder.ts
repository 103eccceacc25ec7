import { AsyncLocalStorage } from 'node:async_hooks'
import { ROOT_CONTEXT, type Span, SpanKind, SpanStatusCode, trace } from '@opentelemetry/api'
import { resourceFromAttributes } from '@opentelemetry/resources'
import {
  BatchSpanProcessor,
  ParentBasedSampler,
  type SpanExporter,
  TraceIdRatioBasedSampler,
  TracerProvider,
} from '@opentelemetry/sdk-trace'
import { formatTraceparent, parseTraceparent } from './traceparent.ts'
import type { OpenSpan, Recorder, SpanFacts } from './tracing.ts'

export interface RecorderOptions {
  /** Name of the process. */
  service: string
  /** Share of the traces that begin here which are recorded, from 0 to 1. */
  ratio: number
  exporter: SpanExporter
}

const EXPORT_EVERY_MS = 1_000
const MAX_QUEUE = 8_192
const MAX_TEXT = 2_000
const kinds = { server: SpanKind.SERVER, client: SpanKind.CLIENT } as const

/** Records spans by OpenTelemetry's own SDK. Which span is active follows the flow of asynchronous calls. */
export function createRecorder({ service, ratio, exporter }: RecorderOptions): Recorder {
  const provider = new TracerProvider({
    resource: resourceFromAttributes({
      'service.name': service,
      'service.namespace': 'backroom',
      'service.instance.id': `${process.env.HOSTNAME ?? 'local'}-${process.pid}`,
    }),
    sampler: new ParentBasedSampler({ root: new TraceIdRatioBasedSampler(ratio) }),
    spanLimits: { attributeValueLengthLimit: MAX_TEXT },
    spanProcessors: [
      new BatchSpanProcessor({ exporter, scheduledDelayMillis: EXPORT_EVERY_MS, maxQueueSize: MAX_QUEUE }),
    ],
  })
  const tracer = provider.getTracer('backroom')
  const active = new AsyncLocalStorage<Span>()

  const opened = (span: Span): OpenSpan => ({
    traceId: span.spanContext().traceId,
    enter: (work) => active.run(span, work),
    note(attributes, error) {
      span.setAttributes(attributes)
      if (error !== undefined) span.setStatus({ code: SpanStatusCode.ERROR, message: error })
    },
    end: () => span.end(),
  })
  return {
    open(name, facts) {
      const above = spanAbove(facts, active.getStore())
      if (!above && facts.onlyWithin) return undefined
      const linked = parseTraceparent(facts.link)
      const options = {
        ...(facts.kind ? { kind: kinds[facts.kind] } : {}),
        ...(facts.attributes ? { attributes: facts.attributes } : {}),
        ...(linked ? { links: [{ context: linked }] } : {}),
      }
      return opened(tracer.startSpan(name, options, above ? trace.setSpan(ROOT_CONTEXT, above) : ROOT_CONTEXT))
    },
    active() {
      const context = active.getStore()?.spanContext()
      return context && { traceId: context.traceId, traceparent: formatTraceparent(context) }
    },
    stop: () => provider.shutdown(),
  }
}

function spanAbove({ parent }: SpanFacts, active: Span | undefined): Span | undefined {
  const remote = parseTraceparent(parent)
  return remote ? trace.wrapSpanContext({ ...remote, isRemote: true }) : active
}
