import { BusinessError } from '@backroom/mcp-service/errors'
import { inSpan } from '@backroom/telemetry'
import { DBOS, Error as Engines } from '@dbos-inc/dbos-sdk'
import { sql } from 'kysely'
import { isEngineSignal } from './attempt.ts'
import type { Workflow } from './define.ts'
import { type Engine, whileOpen } from './engine.ts'
import { type Parked, park, untilVerdict } from './park.ts'
import { QUEUE } from './queues.ts'
import { type Ending, errorOf, type Run, Stopped } from './run.ts'
import { type Saga, sagaOf } from './saga.ts'
import { stepsOf } from './steps.ts'

const CALM_MS = 60_000
/** Forgets no step: the workflow runs again with all that is recorded. */
const NOTHING = 2 ** 31 - 1

/** Runs a workflow from its saga row to its end, which the row then tells. What has been recorded is not done again. */
export async function runSaga(engine: Engine, workflow: Workflow<never, unknown>, id: string): Promise<void> {
  const saga = await sagaOf(engine.db, id)
  if (!saga || saga.ending) return
  const facts = {
    ...(saga.traceparent ? { parent: saga.traceparent } : {}),
    onlyWithin: true,
    attributes: { 'backroom.workflow_id': id, 'backroom.takeovers': saga.attempts },
  }
  await inSpan(`workflow ${workflow.name}`, facts, () => runFrom(engine, workflow, saga))
}

async function runFrom(engine: Engine, workflow: Workflow<never, unknown>, saga: Saga): Promise<void> {
  const { id } = saga
  const run = runOf(saga)
  engine.runs.set(id, run)
  const calm = saga.attempts > 0 ? setTimeout(() => void forgetAttempts(engine, id), CALM_MS).unref() : undefined
  try {
    if (saga.parked) await stayParked(engine, run, saga.parked)
    await settle(engine, id, await endingOf(engine, workflow, saga, run))
  } catch (error) {
    await whileOpen(engine)
    if (isEngineSignal(error)) throw error
    engine.log.error({ err: error, workflow: id }, 'workflow failed in its own code')
    await park(engine, run, { reason: messageOf(error), retryable: false, rewind: NOTHING })
    await rewind(engine, run, NOTHING)
  } finally {
    clearTimeout(calm)
    engine.runs.delete(id)
  }
}

const wishes = { retry: 'no', compensate: 'before pivot', compensating: 'anywhere' } as const

function runOf({ id, workflow, deadline, verdict }: Saga): Run {
  return {
    id,
    workflow,
    deadline: deadline ?? undefined,
    phase: 'forward',
    compensate: verdict ? wishes[verdict] : 'no',
    refusedAt: undefined,
    undoings: [],
    verdict: undefined,
  }
}

async function endingOf(engine: Engine, workflow: Workflow<never, unknown>, saga: Saga, run: Run): Promise<Ending> {
  const steps = stepsOf(engine, run)
  try {
    const output = await workflow.run(saga.input as never, steps)
    return { state: 'completed', output: output ?? null, error: null }
  } catch (error) {
    await whileOpen(engine)
    if (isEngineSignal(error)) throw error
    if (!mayUndo(run, error)) {
      const parked = { reason: messageOf(error), retryable: false, rewind: run.refusedAt ?? NOTHING }
      if ((await park(engine, run, parked)) === 'retry') await rewind(engine, run, parked.rewind)
    }
    run.phase = 'undoing'
    const undoings = run.undoings.toReversed()
    for (const { name, work } of undoings) {
      engine.log.info({ workflow: run.id, undoing: name }, 'undoing')
      await work(steps).catch((refusal: unknown) => parkUndoing(engine, run, refusal))
    }
    return { state: undoings.length > 0 ? 'compensated' : 'failed', output: null, error: errorOf(error) }
  }
}

/** An undoing that was refused, and did not expect it, waits for an operator; a retry does the refused step again. */
async function parkUndoing(engine: Engine, run: Run, refusal: unknown): Promise<never> {
  await whileOpen(engine)
  if (!(refusal instanceof BusinessError)) throw refusal
  const parked = { reason: refusal.message, retryable: false, rewind: run.refusedAt ?? NOTHING }
  await park(engine, run, parked)
  return rewind(engine, run, parked.rewind)
}

/** Past the pivot, and where the code no longer matches what was recorded, an operator decides. */
function mayUndo(run: Run, error: unknown): boolean {
  if (error instanceof Stopped || run.compensate === 'anywhere') return true
  return run.phase === 'forward' && !(error instanceof Engines.DBOSUnexpectedStepError)
}

/** A workflow that was parked when its last process ended stays so. */
async function stayParked(engine: Engine, run: Run, parked: Parked): Promise<void> {
  const verdict = await untilVerdict(engine, run, parked)
  if (verdict === 'retry' && parked.rewind !== undefined) await rewind(engine, run, parked.rewind)
}

/** Forgets a step and what followed, and has the workflow run again; this run of it ends here. */
async function rewind({ outside }: Engine, { id }: Run, startStep: number): Promise<never> {
  await outside(async () => {
    const status = await DBOS.getWorkflowStatus(id)
    const partition = status?.queuePartitionKey ? { queuePartitionKey: status.queuePartitionKey } : {}
    await DBOS.cancelWorkflow(id)
    await DBOS.rewindWorkflow(id, { startStep, queueName: status?.queueName ?? QUEUE, ...partition })
  })
  throw new Engines.DBOSWorkflowConflictError(id)
}

async function settle(engine: Engine, id: string, ending: Ending): Promise<void> {
  const { state, error } = ending
  const output = JSON.stringify(ending.output)
  await sql`
    update saga set state = ${state}, output = ${output}::jsonb, error = ${error && JSON.stringify(error)}::jsonb,
                    ended_at = now(), parked = null, verdict = null
    where id = ${id} and ended_at is null`.execute(engine.db)
  engine.waiters.get(id)?.resolve({ ...ending, output: JSON.parse(output) })
}

async function forgetAttempts({ db }: Engine, id: string): Promise<void> {
  await sql`update saga set attempts = 0 where id = ${id} and state = 'running'`.execute(db).catch(() => undefined)
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
