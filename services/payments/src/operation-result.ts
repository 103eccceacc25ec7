import { outcomeOf } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Intent, OperationRow, Tables } from './database-tables.ts'
import { readIntent } from './intent.ts'
import { workflowOf } from './workflows/carry-out.ts'

/** How an operation stands to a caller: `pending` has been accepted by the provider and ends later. */
export const outcomeStatuses = ['succeeded', 'pending', 'failed', 'unknown'] as const

/** Waits until the provider has been asked, and reads what became of it. */
export async function operationOutcome(
  db: Kysely<Tables>,
  id: string,
): Promise<{ operation: OperationRow; intent: Intent; status: (typeof outcomeStatuses)[number] }> {
  const { kind } = await db.selectFrom('operation').select('kind').where('id', '=', id).executeTakeFirstOrThrow()
  await outcomeOf(workflowOf(kind), id)
  const operation = await db.selectFrom('operation').selectAll().where('id', '=', id).executeTakeFirstOrThrow()
  return { operation, intent: await readIntent(db, { payment_id: id }), status: statusOf(operation) }
}

function statusOf({ status }: OperationRow): (typeof outcomeStatuses)[number] {
  switch (status) {
    case 'requested':
    case 'unknown':
      return 'unknown'
    case 'sent':
      return 'pending'
    case 'reversed':
      return 'failed'
    case 'succeeded':
    case 'failed':
      return status
  }
}
