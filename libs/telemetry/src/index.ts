export { startTracing, stopTracing } from './start.ts'
export { traceRequests } from './trace-requests.ts'
export { parseTraceparent, type SpanContext, traceparentIn } from './traceparent.ts'
export {
  type Attributes,
  currentTraceId,
  currentTraceparent,
  inSpan,
  isTracing,
  type Note,
  type SpanFacts,
} from './tracing.ts'
