import { DBOS, type DLogger } from '@dbos-inc/dbos-sdk'
import { ulid } from 'ulid'
import type { Workflow } from './define.ts'
import type { Engine } from './engine.ts'
import { registerLocalSteps } from './local-steps.ts'
import { QUEUE, queues } from './queues.ts'
import { runSaga } from './run-saga.ts'

/** Replicas take over from each other whatever release they are of: workflows are changed compatibly. */
const VERSION = 'any'
const SYSTEM_POOL = 5

type Start = NonNullable<Engine['start']>

/** A scheduled function as the engine calls it. */
export interface Scheduled {
  name: string
  cron: string
  run(id: string): Promise<void>
}

export interface LaunchOptions {
  databaseUrl: string
  executorId: string
  workflows: readonly Workflow<never, unknown>[]
  schedules: readonly Scheduled[]
}

/** An id that no other process ever has. */
export function newExecutorId(domain: string): string {
  return `${domain}-${ulid()}`
}

/** Starts the engine in this process. */
export async function launch(engine: Engine, options: LaunchOptions): Promise<Start> {
  const { domain } = engine
  DBOS.setConfig({
    name: domain,
    systemDatabaseUrl: withIdleTimeout(options.databaseUrl),
    systemDatabaseSchemaName: `${domain}_workflow`,
    systemDatabasePoolSize: SYSTEM_POOL,
    runMigrations: false,
    applicationVersion: VERSION,
    executorID: options.executorId,
    logger: logger(engine.log),
  })
  registerLocalSteps(engine.db)
  const functions = new Map<string, () => Promise<void>>()
  for (const workflow of options.workflows) {
    if (functions.has(workflow.name)) throw new Error(`Two workflows of ${domain} are named ${workflow.name}.`)
    const run = () => runSaga(engine, workflow, ownId())
    functions.set(workflow.name, DBOS.registerWorkflow(run, { name: workflow.name }))
  }
  const scheduled = options.schedules.map(({ name, cron, run }) => ({
    scheduleName: name,
    workflowFn: DBOS.registerWorkflow(async (_at: Date, _context: unknown) => run(ownId()), {
      name: `schedule:${name}`,
    }),
    schedule: cron,
    cronTimezone: 'UTC',
    queueName: QUEUE,
  }))
  await DBOS.launch()
  for (const [name, limits] of Object.entries(queues)) {
    await DBOS.registerQueue(name, { ...limits, onConflict: 'always_update' })
  }
  await keepSchedules(scheduled)
  return async (name, id) => {
    const run = functions.get(name)
    if (!run) throw new Error(`${domain} has no workflow ${name}.`)
    await engine.outside(() => DBOS.startWorkflow(run, { workflowID: id })())
  }
}

/** Ends the engine of this process, with that much time for what has all but ended; the rest is left to the next process. */
export async function land(patienceMs: number): Promise<void> {
  await DBOS.shutdown({ deregister: true, workflowCompletionTimeoutMS: patienceMs })
}

/** Set with the connection; otherwise the engine sets it by a statement that gets in the way of its first one. */
function withIdleTimeout(databaseUrl: string): string {
  const url = new URL(databaseUrl)
  url.searchParams.set('options', '-c idle_in_transaction_session_timeout=30000')
  return url.href
}

async function keepSchedules(schedules: Parameters<typeof DBOS.applySchedules>[0]): Promise<void> {
  const names = new Set(schedules.map(({ scheduleName }) => scheduleName))
  for (const { scheduleName } of await DBOS.listSchedules()) {
    if (!names.has(scheduleName)) await DBOS.deleteSchedule(scheduleName)
  }
  await DBOS.applySchedules(schedules)
}

function ownId(): string {
  const { workflowID } = DBOS
  if (!workflowID) throw new Error('A workflow was called as a plain function.')
  return workflowID
}

function logger(log: Engine['log']): DLogger {
  return {
    debug: (entry) => log.trace({ engine: true }, String(entry)),
    info: (entry) => log.debug({ engine: true }, String(entry)),
    warn: (entry) => log.warn({ engine: true }, String(entry)),
    error: (entry, metadata) => log.error({ engine: true, err: metadata?.error }, String(entry)),
  }
}
