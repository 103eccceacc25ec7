import { inSpan, isTracing } from '@backroom/telemetry'
import { measurePool } from '@backroom/telemetry/metrics'
import { Kysely, PostgresDialect, type PostgresPool } from 'kysely'
import pg from 'pg'

const BIGINT = 20
const DATE = 1082
const MAX_PREPARED_STATEMENTS = 400

/** bigint columns (money in minor units, sequence numbers) are numbers; one beyond 2^53 is refused, not rounded. */
pg.types.setTypeParser(BIGINT, (text) => {
  const value = Number(text)
  if (!Number.isSafeInteger(value)) throw new RangeError(`bigint ${text} does not fit a JavaScript number`)
  return value
})
/** A calendar day stays the text `YYYY-MM-DD`; a Date would move it with the time zone. */
pg.types.setTypeParser(DATE, (text) => text)

/** Typed queries and the pool below them. Close it once, at the end of the process. */
export interface Connection<Schema> {
  db: Kysely<Schema>
  pool: pg.Pool
  close(): Promise<void>
}

export interface ConnectOptions {
  /** Postgres schema of this service; unqualified names resolve there and nowhere else. */
  schema: string
  /** Connections of this process. Default: 8. */
  poolSize?: number
  /** Milliseconds that a new connection may take. Default: 2 000. */
  connectTimeoutMs?: number
  /** Told about errors of idle connections (a restarted server); they are replaced on the next use. */
  onError?: (error: Error) => void
}

/** Opens a pool to one schema. Connects on first use. */
export function connect<Schema>(
  url: string,
  { schema, poolSize = 8, connectTimeoutMs = 2_000, onError }: ConnectOptions,
): Connection<Schema> {
  const pool = new pg.Pool({
    connectionString: url,
    max: poolSize,
    connectionTimeoutMillis: connectTimeoutMs,
    statement_timeout: 10_000,
    idle_in_transaction_session_timeout: 30_000,
    options: `-c search_path=${schema}`,
    application_name: schema,
  })
  // Without both listeners, a connection that the server closes would end the process: the pool speaks for idle ones
  // alone, and one that is in use, between two statements of a transaction, for itself.
  pool.on('error', () => undefined)
  pool.on('connect', (client) => client.on('error', (error) => onError?.(error)))
  const db = new Kysely<Schema>({ dialect: new PostgresDialect({ pool: preparing(pool, schema) }) })
  const stopMeasuring = measurePool(pool, schema)
  return {
    db,
    pool,
    async close() {
      stopMeasuring()
      await db.destroy()
      // Kysely ends no pool that it has not used.
      if (!pool.ending) await pool.end()
    },
  }
}

/** Makes Postgres parse and plan each statement once per connection: Kysely sends text, `pg` prepares what has a name. */
function preparing(pool: pg.Pool, schema: string): PostgresPool {
  const names = new Map<string, string>()
  const nameOf = (text: string): string | undefined => {
    const known = names.get(text)
    if (known || names.size >= MAX_PREPARED_STATEMENTS) return known
    const name = `s${names.size}`
    names.set(text, name)
    return name
  }
  const prepared = new WeakMap<pg.PoolClient, PostgresClient>()
  type PostgresClient = Awaited<ReturnType<PostgresPool['connect']>>
  const wrap = (client: pg.PoolClient): PostgresClient => {
    const query = (text: string | object, values?: readonly unknown[]) => {
      if (typeof text !== 'string') return client.query(text as never)
      const name = values?.length ? nameOf(text) : undefined
      const send = () => client.query({ text, values: [...(values ?? [])], ...(name ? { name } : {}) })
      return isTracing() ? inSpan(summaryOf(text), factsOf(text, schema), send) : send()
    }
    return { query, release: () => client.release() } as unknown as PostgresClient
  }
  return {
    end: () => pool.end(),
    async connect() {
      const client = await pool.connect()
      const known = prepared.get(client) ?? wrap(client)
      prepared.set(client, known)
      return known
    },
  } as PostgresPool
}

const relation = /\b(?:from|into|update|join)\s+(?:only\s+)?"?([a-z_][\w.]*)"?/i

/** What a statement does to which table, in few words: `select idempotency`, `begin`. */
function summaryOf(text: string): string {
  const [verb = ''] = /[a-z]+/i.exec(text) ?? []
  const table = relation.exec(text)?.[1]
  return table ? `${verb.toLowerCase()} ${table}` : verb.toLowerCase()
}

/** A statement is part of the trace that asked for it; values never are. */
const factsOf = (text: string, schema: string) => ({
  kind: 'client' as const,
  onlyWithin: true,
  attributes: { 'db.system.name': 'postgresql', 'db.namespace': schema, 'db.query.text': text },
})
