import type { BusinessErrorBody } from '@backroom/mcp-service'
import { sql } from 'kysely'
import type { AnyDatabase } from './any-database.ts'
import type { Parked } from './park.ts'
import type { Ending } from './run.ts'

/** The row of a workflow. */
export interface Saga {
  id: string
  workflow: string
  state: 'running' | 'parked' | Ending['state']
  input: unknown
  deadline: Date | null
  attempts: number
  /** A queue starts it. */
  queued: boolean
  parked: Parked | null
  verdict: 'retry' | 'compensate' | 'compensating' | null
  /** Of the trace in which it was begun. */
  traceparent: string | null
  /** Set once it has ended. */
  ending: Ending | undefined
}

type Row = Omit<Saga, 'ending'> & { output: unknown; error: BusinessErrorBody | null }

/** Reads the row of a workflow. */
export async function sagaOf(db: AnyDatabase, id: string): Promise<Saga | undefined> {
  const { rows } = await sql<Row>`
    select id, workflow, state, input, output, error, deadline, attempts, queued, parked, verdict, traceparent from saga where id = ${id}`.execute(
    db,
  )
  const [row] = rows
  if (!row) return undefined
  const { output, error, ...saga } = row
  const { state } = saga
  return { ...saga, ending: state === 'running' || state === 'parked' ? undefined : { state, output, error } }
}
