import { DBOS } from '@dbos-inc/dbos-sdk'
import {
  assertStillOwnsWorkflow,
  type DataSourceTransactionHandler,
  registerDataSource,
  runTransaction,
} from '@dbos-inc/dbos-sdk/datasource'
import { DBOSJSON } from '@dbos-inc/dbos-sdk/internal/serialization'
import { type Kysely, sql } from 'kysely'
import type { AnyDatabase } from './any-database.ts'
import { attempt, type StepRecord } from './attempt.ts'
import type { Engine } from './engine.ts'
import type { Run } from './run.ts'
import { isTransient } from './transient.ts'

const NAME = 'local'

/** Runs a step in one transaction with the row that says so: a process that dies after the commit does not do it again. */
export function inLocalTransaction<Schema, T>(
  engine: Engine,
  run: Run,
  name: string,
  work: (db: Kysely<Schema>) => Promise<T>,
): Promise<StepRecord<T>> {
  const doing = () => {
    const step = DBOS.stepID ?? 0
    return attempt(engine, run, { name, step, mayPass: isTransient }, () => once(engine.db, { id: run.id, step }, work))
  }
  return runTransaction(doing, name, { dsName: NAME })
}

/** Registers where the records of local steps are, so that going back to a step forgets them. */
export function registerLocalSteps(db: AnyDatabase): void {
  const handler: DataSourceTransactionHandler = {
    name: NAME,
    initialize: async () => undefined,
    destroy: async () => undefined,
    invokeTransactionFunction: (_config, target, work, ...args) => work.call(target, ...args),
    async deleteCheckpoints(workflowId, fromStep, beforeCommit) {
      // Given at the end of a workflow, whose records are cleared in bulk later.
      if (beforeCommit) return
      await sql`delete from workflow_step where workflow_id = ${workflowId} and step >= ${fromStep}`.execute(db)
    },
  }
  registerDataSource(handler)
}

function once<T>(
  db: AnyDatabase,
  { id, step }: { id: string; step: number },
  work: (db: AnyDatabase) => Promise<T>,
): Promise<T> {
  return db.transaction().execute(async (trx) => {
    const { rows } = await sql<{ output: string }>`
      select output from workflow_step where workflow_id = ${id} and step = ${step}`.execute(trx)
    if (rows[0]) return DBOSJSON.parse(rows[0].output) as T
    const value = await work(trx)
    await sql`insert into workflow_step (workflow_id, step, output) values (${id}, ${step}, ${DBOSJSON.stringify(value)})`.execute(
      trx,
    )
    await assertStillOwnsWorkflow(id)
    return value
  })
}
