import { BusinessError } from '@backroom/mcp-service'
import { begin, outcomeOf } from '@backroom/workflows'
import { type Kysely, sql } from 'kysely'
import { ulid } from 'ulid'
import { z } from 'zod'
import type { Tables } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { readIntent } from '../intent.ts'
import { summaryOf } from '../payment-view.ts'
import { resolveOperation } from '../workflows/resolve-unknown.ts'

export const resolveUnknownOperation = defineTool({
  name: 'resolve_unknown_operation',
  title: 'Resolve unknown operation',
  description:
    'Ask the provider what became of an authorisation, capture, void or refund whose outcome is unknown. It is never done a second time: one that did not arrive is sent again under the same id.',
  scope: 'payments:reconcile',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    operation_id: z.string().min(1).max(64).describe('Id of the capture, refund, void or authorisation'),
  }),
  output: z.object({
    operation_id: z.string(),
    payment_id: z.string(),
    status: z.string(),
    amount_minor: z.int(),
    currency: z.string(),
    captured_minor: z.int(),
    refunded_minor: z.int(),
  }),
  text: ({ operation_id, status }) => `${operation_id} is ${status}`,
  start: async ({ operation_id }, { db, caller }) => {
    const { status } = await readOperation(db, operation_id)
    if (status !== 'unknown') return { workflowId: operation_id, handle: operation_id }
    const id = `rsl_${ulid()}_${operation_id}`
    const input = { operationId: operation_id }
    await begin(db, resolveOperation, { id, subject: operation_id, input, startedBy: caller.subject })
    return { workflowId: id, handle: operation_id }
  },
  outcome: async (workflowId, { db }) => {
    if (workflowId.startsWith('rsl_')) await outcomeOf(resolveOperation, workflowId)
    const id = workflowId.replace(/^rsl_[^_]+_/, '')
    const { status, amount_minor } = await readOperation(db, id)
    const { payment_id, currency, captured_minor, refunded_minor } = summaryOf(await readIntent(db, { payment_id: id }))
    return { operation_id: id, payment_id, status, amount_minor, currency, captured_minor, refunded_minor }
  },
})

async function readOperation(db: Kysely<Tables>, id: string): Promise<{ status: string; amount_minor: number }> {
  const { rows } = await sql<{ status: string; amount_minor: number }>`
    select status, amount_minor from operation where id = ${id}
    union all select status, amount_minor from "authorization" where id = ${id}`.execute(db)
  if (rows[0]) return rows[0]
  throw new BusinessError('not_found', `There is no operation ${id}.`, {
    nextActions: [{ tool: 'get_payment', hint: 'It lists the operations of a payment.' }],
  })
}
