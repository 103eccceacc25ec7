import { Fact } from '@backroom/facts'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import type { Tables } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { receiveFacts } from '../facts/receive-facts.ts'
import { referenceOf } from '../facts/references.ts'
import { HOLDS_URI, orderUris } from '../uris.ts'

export const reportFact = defineTool({
  name: 'report_fact',
  title: 'Report facts',
  description:
    'Tell the order process what happened in another domain. Every fact is kept and has its effect once, however often it is reported; one that is ahead of its order waits for it.',
  scope: 'oms:report',
  serviceOnly: true,
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ facts: z.array(Fact).min(1).max(100) }),
  output: z.object({
    applied: z.int(),
    duplicates: z.int().describe('Told before; nothing changed'),
    waiting: z.int().describe('Ahead of their order, or behind another fact of their subject that waits'),
  }),
  text: ({ applied, duplicates, waiting }) => `${applied} applied, ${duplicates} known, ${waiting} waiting`,
  handle: async ({ facts }, { db, changed }) => {
    const received = await receiveFacts(db, facts)
    for (const id of await ordersOf(db, facts)) changed(...orderUris({ id }))
    if (facts.some(({ type }) => type.includes('.hold_'))) changed(HOLDS_URI)
    return received
  },
})

async function ordersOf(db: Kysely<Tables>, facts: readonly Fact[]): Promise<string[]> {
  const references = facts.flatMap(({ data }) => referenceOf(data) ?? [])
  const { rows } = await sql<{ id: string }>`
    select id from orders where id = any(${references}) or checkout_id = any(${references})`.execute(db)
  return rows.map(({ id }) => id)
}
