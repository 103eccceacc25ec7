import { BusinessError, businessErrorOf } from '@backroom/mcp-service/errors'
import { sql } from 'kysely'
import type { Workflow } from './define.ts'
import { type Engine, engine } from './engine.ts'
import type { Ending } from './run.ts'
import { type Saga, sagaOf } from './saga.ts'

const LOOK_MS = 200

/**
 * Starts a begun workflow at once, or joins it wherever it runs, and waits for its end. Only outside a transaction. An output
 * is JSON: what was a Date is text.
 *
 * @throws {BusinessError} what it failed with; `unavailable` when this process stops first, and the same call joins it again
 */
export async function outcomeOf<Output>(workflow: Workflow<never, Output>, id: string): Promise<Output> {
  const here = engine()
  const saga = await existing(here, id)
  const ending = saga.ending ?? (await startAndWait(here, workflow.name, saga))
  if (ending.error) throw businessErrorOf(ending.error)
  return ending.output as Output
}

async function existing({ db }: Engine, id: string): Promise<Saga> {
  const saga = await sagaOf(db, id)
  if (!saga) throw new BusinessError('not_found', `There is no process ${id}.`)
  return saga
}

async function startAndWait(here: Engine, name: string, { id, queued }: Saga): Promise<Ending> {
  const waiter = here.waiters.get(id) ?? { ...Promise.withResolvers<Ending>(), callers: 0 }
  here.waiters.set(id, waiter)
  waiter.callers++
  try {
    if (!queued) await here.start?.(name, id)
    return await waiter.promise
  } finally {
    // The last one to leave: whoever still waits must be told too.
    if (--waiter.callers === 0) here.waiters.delete(id)
  }
}

/** Tells waiting callers of workflows that ended in another process, until stopped. */
export function deliverEndings(here: Engine): () => void {
  const look = async () => {
    const elsewhere = [...here.waiters.keys()].filter((id) => !here.runs.has(id))
    if (elsewhere.length === 0) return
    const { rows } = await sql<{ id: string } & Ending>`
      select id, state, output, error from saga where id = any(${elsewhere}) and ended_at is not null`.execute(here.db)
    for (const { id, ...ending } of rows) here.waiters.get(id)?.resolve(ending)
  }
  const timer = setInterval(() => look().catch(() => undefined), LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}

/** Sends waiting callers away: their workflows go on in another process. */
export function dismissWaiters({ waiters }: Engine): void {
  for (const { reject } of waiters.values()) {
    reject(
      new BusinessError('unavailable', 'This server is being restarted. The same call joins what it began.', {
        retryAfterMs: 500,
      }),
    )
  }
}
