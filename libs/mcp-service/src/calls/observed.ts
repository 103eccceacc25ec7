import { currentTraceId, inSpan, isTracing, parseTraceparent, type SpanFacts } from '@backroom/telemetry'
import { countCall } from '@backroom/telemetry/metrics'
import type { ToolCall } from './call-tool.ts'
import type { Outcome } from './outcome.ts'

/** Counts a call and times it; in a process that traces, makes it a span as well. */
export async function observed(domain: string, call: ToolCall, work: () => Promise<Outcome>): Promise<Outcome> {
  const { name } = call.compiled.tool
  const begin = performance.now()
  const outcome = await (isTracing() ? traced(name, call, work) : work())
  countCall(domain, name, outcomeOf(outcome), performance.now() - begin)
  return outcome
}

function outcomeOf(outcome: Outcome): string {
  return outcome.ok ? 'ok' : outcome.error.code
}

function traced(name: string, call: ToolCall, work: () => Promise<Outcome>): Promise<Outcome> {
  return inSpan(`tools/call ${name}`, factsOf(name, call), async (note) => {
    const outcome = await work()
    if (outcome.ok) note({ 'backroom.replayed': outcome.result.replayed === true })
    else note({ 'error.type': outcome.error.code }, outcome.error.code)
    return outcome
  })
}

/** The caller's own trace is above where no request carries one, as on standard input; else it is linked. */
function factsOf(name: string, { caller, meta, requestId }: ToolCall): SpanFacts {
  const attributes = {
    'mcp.method.name': 'tools/call',
    'gen_ai.tool.name': name,
    'backroom.client_id': caller.clientId,
    'backroom.caller_kind': caller.kind,
    'backroom.request_id': requestId,
    'backroom.workflow_id': meta.workflowId,
  }
  const here = currentTraceId()
  if (here === undefined) return { attributes, parent: meta.traceparent }
  const isElsewhere = parseTraceparent(meta.traceparent)?.traceId !== here
  return { attributes, ...(isElsewhere ? { link: meta.traceparent } : {}) }
}
