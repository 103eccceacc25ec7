import { BusinessError, type BusinessErrorBody, businessErrorOf } from '@backroom/mcp-service/errors'
import { Error as Engines } from '@dbos-inc/dbos-sdk'
import { type RetryLater, StepFailed } from './define.ts'
import { type Engine, pause, whileOpen } from './engine.ts'
import { park } from './park.ts'
import { type Run, Stopped, stopOf } from './run.ts'

/** What is recorded of a step: errors as values, because the engine's own record of errors loses their classes. */
export type StepRecord<T> =
  | { kind: 'done'; value: T }
  | { kind: 'refused'; error: BusinessErrorBody; step: number }
  | { kind: 'failed'; reason: string }
  | { kind: 'stopped'; reason: Stopped['reason'] }

/** One step while it is being done. */
export interface Attempt {
  name: string
  /** Its place in the workflow. */
  step: number
  /** Whether the same work may succeed when it is tried again. */
  mayPass(error: unknown): boolean
}

const FIRST_PAUSE_MS = 100
const LONGEST_PAUSE_MS = 5_000

/** Does the work of a step until there is something to record: tries again what may pass, parks what must not fail. */
export async function attempt<T>(
  engine: Engine,
  run: Run,
  { name, step, mayPass }: Attempt,
  work: () => Promise<T>,
): Promise<StepRecord<T>> {
  let since = Date.now()
  for (let failures = 0; ; failures++) {
    await whileOpen(engine)
    const reason = stopOf(run)
    if (reason) return { kind: 'stopped', reason }
    try {
      return { kind: 'done', value: await counted(engine, work) }
    } catch (error) {
      await whileOpen(engine)
      if (isEngineSignal(error)) throw error
      const passing = mayPass(error)
      if (error instanceof BusinessError && !passing) return { kind: 'refused', error: error.body, step }
      const { beforePivotMs, afterPivotMs } = engine.patience
      const patient = Date.now() - since < (run.phase === 'forward' ? beforePivotMs : afterPivotMs)
      const message = error instanceof Error ? error.message : String(error)
      if (passing && patient) {
        engine.log.debug({ workflow: run.id, step: name, failures, reason: message }, 'step is tried again')
        await pause(pauseAfter(failures, error))
        continue
      }
      engine.log.warn({ err: error, workflow: run.id, step: name }, 'step failed')
      if (run.phase === 'forward') return { kind: 'failed', reason: message }
      await park(engine, run, { step: name, reason: message, retryable: passing })
      since = Date.now()
      failures = -1
    }
  }
}

/** What the workflow sees of a recorded step. */
export function resultOf<T>(run: Run, name: string, record: StepRecord<T>): T {
  if (record.kind === 'done') return record.value
  if (record.kind === 'stopped') throw new Stopped(record.reason)
  if (record.kind === 'failed') throw new StepFailed(name, record.reason)
  run.refusedAt = record.step
  throw businessErrorOf(record.error)
}

/** What the engine tells itself by an error: another process has this workflow now. */
export function isEngineSignal(error: unknown): boolean {
  return error instanceof Engines.DBOSWorkflowConflictError || error instanceof Engines.DBOSWorkflowCancelledError
}

async function counted<T>(engine: Engine, work: () => Promise<T>): Promise<T> {
  engine.busy++
  try {
    return await work()
  } finally {
    engine.busy--
  }
}

/** Doubles from try to try, spread by half; or what the other side asked for. */
function pauseAfter(failures: number, error: unknown): number {
  const asked = error instanceof BusinessError ? error.body.retry_after_ms : (error as Partial<RetryLater>).afterMs
  const usual = Math.min(FIRST_PAUSE_MS * 2 ** Math.min(failures, 10), LONGEST_PAUSE_MS)
  const base = asked === undefined ? usual : Math.min(asked, LONGEST_PAUSE_MS)
  return base * (0.5 + Math.random())
}
