import { DBOS } from '@dbos-inc/dbos-sdk'
import pg from 'pg'
import type { Engine } from './engine.ts'
import { QUEUE } from './queues.ts'

const LOOK_MS = 2_000
const ANSWER_MS = 10_000
const MOST_ATTEMPTS = 5

/** The claim of this process to the workflows that it runs. */
export interface ExecutorLock {
  /** Looks now and from then on for workflows whose process has died, and takes them over. */
  watch(): Promise<void>
  release(): Promise<void>
}

/**
 * Holds an advisory lock for as long as this process may run workflows. Whoever finds it free knows that the process is
 * gone. A process that loses the connection ends at once, so that no workflow runs twice.
 */
export async function lockExecutor(engine: Engine, databaseUrl: string, executorId: string): Promise<ExecutorLock> {
  const { domain, log } = engine
  const client = new pg.Client({
    connectionString: databaseUrl,
    application_name: `${domain}_executor`,
    options: `-c search_path=${domain}`,
    keepAlive: true,
    query_timeout: ANSWER_MS,
  })
  let released = false
  const lost = (error?: Error) => {
    if (released) return
    log.fatal(
      { err: error },
      'the lock on this process’s workflows is lost; another process takes them over, this one ends',
    )
    process.exit(1)
  }
  await client.connect()
  client.on('error', lost)
  client.on('end', () => lost())
  await client.query('select pg_advisory_lock($1)', [await keyOf(client, domain, executorId)])
  let looking: Promise<void> = Promise.resolve()
  let timer: NodeJS.Timeout | undefined
  const look = () => {
    looking = takeOver(client, engine, executorId)
      .catch((error: Error) => (isDead(error) ? lost(error) : log.warn({ err: error }, 'no look at other processes')))
      .then(() => {
        if (!released) timer = setTimeout(look, LOOK_MS).unref()
      })
    return looking
  }
  return {
    watch: look,
    async release() {
      clearTimeout(timer)
      released = true
      await looking
      clearTimeout(timer)
      await client.end()
    },
  }
}

/** Takes the workflows of dead processes: each is put into its queue again, for whichever process is free. */
async function takeOver(client: pg.Client, { domain, log }: Engine, own: string): Promise<void> {
  const status = `${client.escapeIdentifier(`${domain}_workflow`)}.workflow_status`
  const { rows: others } = await client.query<{ id: string }>(
    `select distinct executor_id as id from ${status} where status = 'PENDING' and executor_id <> $1`,
    [own],
  )
  for (const { id } of others) {
    const key = await keyOf(client, domain, id)
    const { rows } = await client.query<{ free: boolean }>('select pg_try_advisory_lock($1) as free', [key])
    if (!rows[0]?.free) continue
    try {
      const { rows: left } = await client.query<{ id: string; queue: string | null }>(
        `select workflow_uuid as id, queue_name as queue from ${status} where status = 'PENDING' and executor_id = $1`,
        [id],
      )
      await countAttempts(
        client,
        left.map((workflow) => workflow.id),
      )
      const byQueue = Map.groupBy(left, ({ queue }) => queue ?? QUEUE)
      for (const [queueName, workflows] of byQueue) {
        await DBOS.resumeWorkflows(
          workflows.map((workflow) => workflow.id),
          { queueName },
        )
      }
      log.warn({ executor: id, workflows: left.length }, 'took over the workflows of a process that has ended')
    } finally {
      await client.query('select pg_advisory_unlock($1)', [key])
    }
  }
}

/** What brings down every process that runs it waits for an operator. */
async function countAttempts(client: pg.Client, ids: string[]): Promise<void> {
  const parked = { reason: `Its process ended ${MOST_ATTEMPTS} times while it ran.`, retryable: false }
  await client.query(
    `update saga set attempts = attempts + 1,
       state = case when attempts + 1 >= $2 then 'parked' else state end,
       parked = case when attempts + 1 >= $2 then coalesce(parked, $3::jsonb) else parked end
     where id = any($1) and ended_at is null`,
    [ids, MOST_ATTEMPTS, JSON.stringify(parked)],
  )
}

async function keyOf(client: pg.Client, domain: string, executorId: string): Promise<string> {
  const { rows } = await client.query<{ key: string }>('select hashtextextended($1, 0)::text as key', [
    `${domain}|executor|${executorId}`,
  ])
  return rows[0]?.key ?? ''
}

function isDead(error: Error): boolean {
  return /timeout|terminated|not queryable|ECONNRESET|closed/i.test(error.message)
}
