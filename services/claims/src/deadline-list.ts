import { DAY_MS } from '@backroom/calendar'
import { type Kysely, sql } from 'kysely'
import { z } from 'zod'
import { counterpartyKinds, type DeadlineStep, deadlineSteps, type Tables } from './database-tables.ts'

/** One thing that is due, of a claim or of a recovery. */
export const DueShape = z.object({
  step: z
    .enum(['answer', ...deadlineSteps])
    .describe(
      'answer: our answer to the customer; file and sue: ours; acknowledge, decide, follow_up: what the counterparty owes us',
    ),
  due_at: z.string(),
  days_left: z.int().describe('Whole days; negative when it has passed'),
  overdue: z.boolean(),
  alarmed: z.boolean().describe('It is near enough that people were told'),
  claim_number: z.string().nullable(),
  recovery_id: z.string().nullable(),
  counterparty: z.object({ kind: z.enum(counterpartyKinds), name: z.string() }).nullable(),
  amount_minor: z.int().describe('What is at stake'),
  currency: z.string(),
  next_tool: z.string(),
})
export type Due = z.output<typeof DueShape>

const MOST = 200

/** What is due within so many days or has passed, the first first; at most 200. */
export async function listDue(db: Kysely<Tables>, withinDays: number): Promise<Due[]> {
  const { rows } = await sql<Row>`
    select * from (
      select 'answer' as step, sla_due as due_at, false as alarmed, number as claim_number, null as recovery_id,
             null as counterparty_kind, null as counterparty, requested_minor as amount_minor, currency
      from claim where sla_due is not null
      union all
      select d.step, d.due_at, d.alarmed_at is not null, c.number, r.id, r.counterparty_kind, r.counterparty,
             coalesce(r.claimed_minor, r.expected_minor), r.currency
      from recovery_deadline d join recovery r on r.id = d.recovery_id left join claim c on c.id = r.claim_id
      where d.ended_at is null) due
    where due_at < now() + make_interval(days => ${withinDays})
    order by due_at, claim_number, recovery_id limit ${MOST}`.execute(db)
  return rows.map(dueOf)
}

interface Row {
  step: DeadlineStep | 'answer'
  due_at: Date
  alarmed: boolean
  claim_number: string | null
  recovery_id: string | null
  counterparty_kind: (typeof counterpartyKinds)[number] | null
  counterparty: string | null
  amount_minor: number
  currency: string
}

const nextTools: Record<Row['step'], string> = {
  answer: 'get_claim',
  file: 'file_carrier_claim',
  acknowledge: 'record_counterparty_response',
  decide: 'record_counterparty_response',
  follow_up: 'record_counterparty_response',
  sue: 'write_off_recovery',
}

function dueOf({ counterparty_kind, counterparty, due_at, ...row }: Row): Due {
  const left = due_at.getTime() - Date.now()
  return {
    ...row,
    due_at: due_at.toISOString(),
    days_left: Math.floor(left / DAY_MS),
    overdue: left < 0,
    counterparty: counterparty_kind && counterparty ? { kind: counterparty_kind, name: counterparty } : null,
    next_tool: nextTools[row.step],
  }
}
