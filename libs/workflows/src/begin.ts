import { currentTraceparent } from '@backroom/telemetry'
import { sql } from 'kysely'
import type { AnyDatabase } from './any-database.ts'
import type { Workflow } from './define.ts'

/** How one run of a workflow is begun. */
export interface Start<Input> {
  /** Id of the workflow and of its saga row; the same id never runs twice. */
  id: string
  /** What it is about, for operators: an order id, a checkout id. */
  subject: string
  /** JSON. */
  input: Input
  /** Subject of the caller whose request began it, or the service itself. */
  startedBy: string
}

export interface EnqueuedStart<Input> extends Start<Input> {
  /** Workflows of one partition run one after the other, in the order of their enqueueing. */
  partition?: string
  /** Milliseconds before it may run. */
  delayMs?: number
}

/**
 * Writes the saga row, in the caller's transaction; nothing happens when there is a row with that id. The workflow runs once
 * `outcomeOf` asks for it after commit, and within two seconds when the process dies in between.
 */
export async function begin<Input>(
  db: AnyDatabase,
  { name, kind, deadlineMs }: Workflow<Input, unknown>,
  { id, subject, input, startedBy }: Start<Input>,
): Promise<void> {
  await sql`
    insert into saga (id, workflow, kind, subject, input, deadline, started_by)
    values (${id}, ${name}, ${kind}, ${subject}, ${JSON.stringify(input)}::jsonb,
            now() + make_interval(secs => ${deadlineMs ?? null}::bigint / 1000.0), ${startedBy})
    on conflict (id) do nothing`.execute(db)
  await noteTrace(db, id)
}

/**
 * Begins a workflow that nobody waits for, in the caller's transaction; it runs after commit. Nothing happens when there is
 * a saga row with that id.
 */
export async function enqueue<Input>(
  db: AnyDatabase,
  { name, kind, deadlineMs }: Workflow<Input, unknown>,
  { id, subject, input, startedBy, partition, delayMs }: EnqueuedStart<Input>,
): Promise<void> {
  await sql`
    select enqueue_saga(${id}, ${name}, ${kind}, ${subject}, ${JSON.stringify(input)}::jsonb, ${deadlineMs ?? null},
                        ${startedBy}, ${partition ?? null}, ${delayMs ?? null})`.execute(db)
  await noteTrace(db, id)
}

/** A workflow belongs to the trace that began it first. */
async function noteTrace(db: AnyDatabase, id: string): Promise<void> {
  const traceparent = currentTraceparent()
  if (!traceparent) return
  await sql`update saga set traceparent = ${traceparent} where id = ${id} and traceparent is null and ended_at is null`.execute(
    db,
  )
}
