import { BusinessError } from '@backroom/mcp-service'
import { inspect } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { z } from 'zod'
import type { Tables } from './database-tables.ts'

/** A process across domains, or a fact that had no effect yet, as operators see it. */
export const ProcessShape = z.object({
  saga_id: z.string(),
  kind: z.string(),
  subject: z.string().describe('What it is about: an order, a checkout'),
  state: z.string().describe('parked: waits for retry_saga_step or compensate_saga'),
  attempts: z.int(),
  reason: z.string().optional().describe('Why it waits or how it failed'),
  deadline: z.string().optional(),
  started_by: z.string(),
  started_at: z.string(),
  ended_at: z.string().optional(),
  steps: z.array(
    z.object({
      name: z.string(),
      started_at: z.string().optional(),
      ended_at: z.string().optional(),
      output: z.unknown().optional(),
      error: z.unknown().optional(),
    }),
  ),
})

export const SagaId = z.string().min(1).max(300).describe('saga_id of a process, or the id of a fact')

/**
 * How far a process is, step by step.
 *
 * @throws {BusinessError} not_found
 */
export async function describeProcess(db: Kysely<Tables>, id: string): Promise<z.input<typeof ProcessShape>> {
  const saga = await db.selectFrom('saga').selectAll().where('id', '=', id).executeTakeFirst()
  if (!saga) return describeFact(db, id)
  const { steps } = await inspect(id)
  const reason = saga.parked?.reason ?? messageOf(saga.error)
  return {
    saga_id: id,
    kind: saga.kind,
    subject: saga.subject,
    state: saga.state,
    attempts: saga.attempts,
    ...(reason === undefined ? {} : { reason }),
    ...(saga.deadline ? { deadline: saga.deadline.toISOString() } : {}),
    started_by: saga.started_by,
    started_at: saga.created_at.toISOString(),
    ...(saga.ended_at ? { ended_at: saga.ended_at.toISOString() } : {}),
    steps: steps.map(({ name, startedAt, endedAt, output, error }) => ({
      name,
      ...(startedAt ? { started_at: startedAt.toISOString() } : {}),
      ...(endedAt ? { ended_at: endedAt.toISOString() } : {}),
      ...(output === undefined ? {} : { output }),
      ...(error === undefined ? {} : { error }),
    })),
  }
}

async function describeFact(db: Kysely<Tables>, id: string): Promise<z.input<typeof ProcessShape>> {
  const fact = await db.selectFrom('fact').selectAll().where('id', '=', id).executeTakeFirst()
  if (!fact)
    throw new BusinessError('not_found', `There is no process and no fact ${id}.`, {
      nextActions: [{ tool: 'reconcile_order', hint: 'Its unfinished names those of an order.' }],
    })
  const reason = messageOf(fact.error)
  return {
    saga_id: id,
    kind: fact.type,
    subject: fact.subject,
    state: fact.state,
    attempts: fact.attempts,
    ...(reason === undefined ? {} : { reason }),
    started_by: fact.source,
    started_at: fact.received_at.toISOString(),
    steps: [],
  }
}

function messageOf(error: unknown): string | undefined {
  return (error as { message?: string } | null)?.message
}
