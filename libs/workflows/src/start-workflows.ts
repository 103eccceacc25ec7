import { AsyncLocalStorage } from 'node:async_hooks'
import type { BackgroundContext, RunOptions } from '@backroom/mcp-service'
import type { Workflow } from './define.ts'
import { type Engine, type Patience, pause, setEngine } from './engine.ts'
import { lockExecutor } from './executor-lock.ts'
import { housekeeping } from './housekeeping.ts'
import { land, launch, newExecutorId } from './launch.ts'
import { measureWorkflows } from './measure-workflows.ts'
import { deliverEndings, dismissWaiters } from './outcome.ts'
import { deliverVerdicts } from './park.ts'
import { type Schedule, scheduledRun } from './schedules.ts'
import { sweepBegun } from './sweep.ts'

export interface WorkflowOptions<Schema> {
  workflows: readonly Workflow<never, unknown>[]
  schedules?: readonly Schedule<Schema>[]
  /** Default: a minute before the pivot, a quarter of an hour after it. */
  patience?: Patience
}

const DEFAULT_PATIENCE: Patience = { beforePivotMs: 60_000, afterPivotMs: 15 * 60_000 }
const DRAIN_MS = 3_000

/**
 * The `background` of `runService`: runs the workflows of this service, those of the other replicas that die, and its
 * schedules. A process that serves stdio begins workflows and waits for them; the fleet runs them.
 */
export function startWorkflows<Schema>(
  options: WorkflowOptions<Schema>,
): NonNullable<RunOptions<Schema>['background']> {
  return async (context) => {
    const engine = engineOf(context, options)
    setEngine(engine)
    const stopEndings = deliverEndings(engine)
    const stop = context.front === 'http' ? await runHere(engine, context.databaseUrl, options) : async () => undefined
    return async () => {
      await stop()
      stopEndings()
      setEngine(undefined)
    }
  }
}

function engineOf<Schema>(
  { domain, db, log, callService, isDeployed }: BackgroundContext<Schema>,
  { patience = DEFAULT_PATIENCE }: WorkflowOptions<Schema>,
): Engine {
  return {
    domain,
    db,
    log,
    callService,
    isDeployed,
    patience,
    start: undefined,
    runs: new Map(),
    waiters: new Map(),
    outside: AsyncLocalStorage.snapshot(),
    busy: 0,
    frozen: false,
  }
}

async function runHere<Schema>(
  engine: Engine,
  databaseUrl: string,
  { workflows, schedules = [] }: WorkflowOptions<Schema>,
): Promise<() => Promise<void>> {
  const executorId = newExecutorId(engine.domain)
  const lock = await lockExecutor(engine, databaseUrl, executorId)
  const all = [
    ...schedules.map((schedule) => scheduledRun(engine, schedule)),
    scheduledRun(engine, housekeeping(engine)),
  ]
  engine.start = await launch(engine, { databaseUrl, executorId, workflows, schedules: all })
  await lock.watch()
  const stops = [deliverVerdicts(engine), sweepBegun(engine), measureWorkflows(engine)]
  return async () => {
    await within(DRAIN_MS, () => engine.waiters.size === 0)
    engine.frozen = true
    await within(DRAIN_MS, () => engine.busy === 0)
    dismissWaiters(engine)
    for (const stop of stops) stop()
    await land(engine.runs.size === 0 ? DRAIN_MS : 0)
    await lock.release()
  }
}

async function within(ms: number, done: () => boolean): Promise<void> {
  for (const end = Date.now() + ms; !done() && Date.now() < end; ) await pause(20)
}
