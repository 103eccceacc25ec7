import { BusinessError } from '@backroom/mcp-service/errors'
import { sql } from 'kysely'
import type { AnyDatabase } from './any-database.ts'
import type { StepRecord } from './attempt.ts'
import { engine } from './engine.ts'
import { type Saga, sagaOf } from './saga.ts'

/** A step as it was recorded. */
export interface RecordedStep {
  name: string
  startedAt: Date | undefined
  endedAt: Date | undefined
  output?: unknown
  error?: unknown
}

export interface Inspection {
  status: Saga['state']
  /** Why it waits for an operator. */
  parked: Saga['parked']
  /** Takeovers without a minute of calm. */
  attempts: number
  steps: RecordedStep[]
}

/**
 * Leaves a message for a workflow, which finds it by `receive` now or later. In a transaction when `db` is one.
 *
 * @throws {BusinessError} not_found when no such workflow has started
 */
export async function send(workflowId: string, topic: string, message: unknown, db = engine().db): Promise<void> {
  const text = JSON.stringify(message ?? null)
  await sql`select send_to_workflow(${workflowId}, ${topic}, ${text}::json)`.execute(db).catch((error: Error) => {
    if (/non-existent workflow/.test(error.message)) throw unknown(workflowId)
    throw error
  })
}

/** What is known of a workflow and its steps, in their order. @throws {BusinessError} not_found */
export async function inspect(workflowId: string): Promise<Inspection> {
  const { db, domain } = engine()
  const saga = await sagaOf(db, workflowId)
  if (!saga) throw unknown(workflowId)
  const steps = sql.table(`${domain}_workflow.operation_outputs`)
  const { rows } = await sql<StepRow>`
    select function_name as name, output, error, started_at_epoch_ms as started, completed_at_epoch_ms as ended
    from ${steps} where workflow_uuid = ${workflowId} order by function_id`.execute(db)
  const { state: status, parked, attempts } = saga
  return { status, parked, attempts, steps: rows.map(recordedStep) }
}

/** Has a parked workflow go on where it stopped. @throws {BusinessError} invalid_transition when it is not parked */
export async function retryParked(workflowId: string, db = engine().db): Promise<void> {
  const { numAffectedRows } = await sql`
    update saga set verdict = 'retry' where id = ${workflowId} and state = 'parked'`.execute(db)
  if (!numAffectedRows) throw await refusal(db, workflowId, 'is not parked: there is nothing to retry')
}

/**
 * Has a workflow undone: a parked one wherever it is, a running one before its next step unless it has passed its pivot.
 *
 * @throws {BusinessError} invalid_transition when it has ended
 */
export async function compensate(workflowId: string, db = engine().db): Promise<void> {
  const { numAffectedRows } = await sql`
    update saga set verdict = 'compensate' where id = ${workflowId} and ended_at is null`.execute(db)
  if (!numAffectedRows) throw await refusal(db, workflowId, 'has ended: there is nothing to undo')
}

interface StepRow {
  name: string
  output: string | null
  error: string | null
  started: number | null
  ended: number | null
}

/** What the engine records of a step is an envelope around what this library recorded. */
function recordedStep({ name, output, error, started, ended }: StepRow): RecordedStep {
  const step = {
    name: name.replace(/^DBOS\./, ''),
    startedAt: started === null ? undefined : new Date(started),
    endedAt: ended === null ? undefined : new Date(ended),
  }
  if (error) return { ...step, error: JSON.parse(error) }
  const recorded: unknown = output ? JSON.parse(output) : undefined
  const value = isEnvelope(recorded) ? recorded.json : recorded
  if (name.startsWith('DBOS.')) return { ...step, output: value }
  const record = value as StepRecord<unknown>
  if (record.kind === 'done') return { ...step, output: record.value }
  return { ...step, error: record.kind === 'refused' ? record.error : record.reason }
}

function isEnvelope(value: unknown): value is { json: unknown } {
  return typeof value === 'object' && value !== null && 'json' in value
}

async function refusal(db: AnyDatabase, id: string, why: string): Promise<BusinessError> {
  const saga = await sagaOf(db, id)
  if (!saga) return unknown(id)
  return new BusinessError('invalid_transition', `Process ${id} ${why}.`, { details: { state: saga.state } })
}

function unknown(id: string): BusinessError {
  return new BusinessError('not_found', `There is no process ${id}.`)
}
