import { setTimeout as wait } from 'node:timers/promises'
import { type Kysely, sql } from 'kysely'
import { begin, outcomeOf, type Workflow } from '../src/index.ts'
import type { Tables } from './processes.ts'

let count = 0

/** An id that no other workflow of this run has. */
export const newId = (name: string) => `${name}-${++count}`

/** Begins a workflow as a tool call does; `outcome` waits for it. */
export async function beginOne<Input, Output>(db: Kysely<Tables>, workflow: Workflow<Input, Output>, input: Input) {
  const id = newId(workflow.name)
  const start = { id, subject: id, input, startedBy: 'staff-ops' }
  const beginIt = () => db.transaction().execute((trx) => begin(trx, workflow, start))
  await beginIt()
  return { id, beginAgain: beginIt, outcome: () => outcomeOf(workflow, id) }
}

/** Names of what a workflow has done, in order. */
export async function effectsOf(db: Kysely<Tables>, id: string): Promise<string[]> {
  const { rows } = await sql<{ name: string }>`select name from effect where workflow_id = ${id} order by id`.execute(
    db,
  )
  return rows.map(({ name }) => name)
}

/** What the callee was asked for a workflow: how often, and whether it did it. */
export async function askedOf(db: Kysely<Tables>, id: string) {
  const { rows } = await sql<{ tool: string; times: number; done: boolean }>`
    select tool, times, done from asked where key like ${`${id}:%`}`.execute(db)
  return Object.fromEntries(rows.map(({ tool, ...rest }) => [tool, rest]))
}

export async function stateOf(db: Kysely<Tables>, id: string): Promise<string> {
  const { rows } = await sql<{ state: string }>`select state from saga where id = ${id}`.execute(db)
  return rows[0]?.state ?? 'unknown'
}

/** Waits until something holds, for at most so long. */
export async function until(what: string, holds: () => Promise<boolean>, ms = 15_000): Promise<void> {
  for (const end = Date.now() + ms; Date.now() < end; await wait(25)) if (await holds()) return
  throw new Error(`Not within ${ms} ms: ${what}`)
}
