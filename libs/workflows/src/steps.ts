import { BusinessError } from '@backroom/mcp-service/errors'
import { inSpan } from '@backroom/telemetry'
import { DBOS } from '@dbos-inc/dbos-sdk'
import { type Attempt, attempt, resultOf } from './attempt.ts'
import { RetryLater, type Steps } from './define.ts'
import { type Engine, whileOpen } from './engine.ts'
import { inLocalTransaction } from './local-steps.ts'
import type { Run } from './run.ts'
import { isTransient } from './transient.ts'

/** The steps of one run. Each is recorded by the engine before the workflow goes on. */
// biome-ignore lint/suspicious/noExplicitAny: the tables are the domain's.
export function stepsOf(engine: Engine, run: Run): Steps<any> {
  const names = new Set<string>()
  const facts = { onlyWithin: true, attributes: { 'backroom.workflow_id': run.id } }
  const claim = (name: string) => {
    if (names.has(name)) throw new Error(`Two steps of workflow ${run.workflow} are named ${name}.`)
    names.add(name)
    return whileOpen(engine)
  }
  const recorded = async <T>(name: string, mayPass: Attempt['mayPass'], work: () => Promise<T>) => {
    await claim(name)
    const doing = () =>
      inSpan(`step ${name}`, facts, () => attempt(engine, run, { name, step: DBOS.stepID ?? 0, mayPass }, work))
    return resultOf(run, name, await DBOS.runStep(doing, { name }))
  }
  const steps: Steps<never> = {
    workflowId: run.id,
    isDeployed: engine.isDeployed,
    async transaction(name, work) {
      await claim(name)
      const record = await inSpan(`step ${name}`, facts, () => inLocalTransaction(engine, run, name, work))
      return resultOf(run, name, record)
    },
    call: (name, domain, tool, args) => {
      const options = { key: `${run.id}:${name}`, workflowId: run.id }
      return recorded(name, callMayPass, async () => finalAnswer(await engine.callService(domain, tool, args, options)))
    },
    remote: (name, work) => recorded(name, remoteMayPass, work),
    async sleep(ms) {
      await whileOpen(engine)
      await DBOS.sleep(ms)
    },
    async receive<T>(topic: string, timeoutMs: number) {
      await whileOpen(engine)
      return (await DBOS.recv<T>(topic, { timeoutSeconds: timeoutMs / 1_000 })) ?? undefined
    },
    async now() {
      await whileOpen(engine)
      return new Date(await DBOS.now())
    },
    pivot() {
      if (run.phase === 'forward') run.phase = 'pivoted'
    },
    undo: (name, work) => void run.undoings.push({ name, work }),
  }
  return steps
}

const passing = new Set(['unavailable', 'internal', 'idempotency_in_flight'])

/** Whatever is not the callee's final word leaves open whether it acted: the same call with the same key finds out. */
function callMayPass(error: unknown): boolean {
  return !(error instanceof BusinessError) || error.body.retryable || passing.has(error.body.code)
}

function remoteMayPass(error: unknown): boolean {
  return error instanceof RetryLater || isTransient(error)
}

const POLL_MS = 500

/** A process that outlasts its call is asked again: the same key joins it. What has no handle only says how a thing is. */
function finalAnswer<T>(answer: unknown): T {
  const { status, handle } = answer as { status?: unknown; handle?: unknown }
  if (status !== 'in_progress' || handle === undefined) return answer as T
  throw new BusinessError('unavailable', `${String(handle)} is still running.`, { retryAfterMs: POLL_MS })
}
