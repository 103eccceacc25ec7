import type { Fact } from '@backroom/facts'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { applyKept, type KeptFact } from './kept-facts.ts'
import { referenceOf } from './references.ts'

/** What became of the facts of one report. Every one of them is kept; none needs to be reported again. */
export interface Received {
  applied: number
  /** Told before; nothing changed. */
  duplicates: number
  /** Ahead of its order, or behind a fact of its subject that waits. */
  waiting: number
}

/**
 * Takes facts of other domains in, each once: the record of a fact and its effect commit together. A fact that cannot take
 * effect yet is kept, and what comes later about the same subject stays behind it.
 */
export async function receiveFacts(db: Kysely<Tables>, facts: readonly Fact[]): Promise<Received> {
  const received: Received = { applied: 0, duplicates: 0, waiting: 0 }
  for (const fact of facts) {
    const kept = await keep(db, fact)
    if (!kept) received.duplicates++
    else if ((await isBehindAnother(db, kept)) || (await applyKept(db, kept)) !== 'applied') received.waiting++
    else received.applied++
  }
  return received
}

function keep(db: Kysely<Tables>, fact: Fact): Promise<KeptFact | undefined> {
  return db
    .insertInto('fact')
    .values({
      id: fact.id,
      source: fact.source,
      type: fact.type,
      subject: fact.subject,
      order_id: referenceOf(fact.data) ?? null,
      occurred_at: fact.time,
      data: JSON.stringify(fact.data),
      state: 'waiting',
    })
    .onConflict((conflict) => conflict.column('id').doNothing())
    .returningAll()
    .executeTakeFirst()
}

async function isBehindAnother(db: Kysely<Tables>, { id, subject }: KeptFact): Promise<boolean> {
  const { rows } = await sql`
    select from fact where subject = ${subject} and state in ('waiting', 'parked') and id <> ${id} limit 1`.execute(db)
  return rows.length > 0
}
