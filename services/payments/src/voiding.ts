import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Intent, OperationRow, Tables } from './database-tables.ts'
import { capturable, isUndecided, lockIntent, requireWithin, updateIntent } from './intent.ts'
import type { Mover } from './limits.ts'
import { operationFor, requestVoidOf } from './operation.ts'

export interface VoidWish {
  paymentId: string
  /** Minor units; default: all that is left. */
  amount?: number | undefined
  reason: string
  /** What it is for; a part can only be voided for something. */
  sourceId?: string | undefined
}

/**
 * Gives back what is reserved and not captured. A payment that is not authorised yet is closed: what a provider still
 * authorises for it is voided when it is heard of. Nothing left to void is no error.
 *
 * @returns the void to carry out, if the provider has one to carry out
 * @throws {BusinessError} not_found; invalid_argument; conflict when more is asked for than is left
 */
export async function requestVoid(
  db: Kysely<Tables>,
  wish: VoidWish,
  { subject }: Pick<Mover, 'subject'>,
): Promise<{ intent: Intent; operation?: OperationRow }> {
  const { paymentId, amount, reason, sourceId } = wish
  if (amount !== undefined && sourceId === undefined)
    throw new BusinessError('invalid_argument', 'To void a part, say what for in source_id, so that a retry is known.')
  const intent = await lockIntent(db, { payment_id: paymentId })
  if (isUndecided(intent)) return { intent: await updateIntent(db, intent, { status: 'voided' }) }
  const earlier = await earlierVoid(db, intent, wish)
  if (earlier) return { intent, operation: earlier }
  const left = capturable(intent)
  if (left === 0 && amount === undefined) return { intent }
  requireWithin(intent, amount ?? left, left, 'void')
  const cause = sourceId === undefined ? wholeOf(intent) : { source: 'cancel', sourceId }
  const operation = await requestVoidOf(db, intent, { ...cause, amount: amount ?? left, reason, actor: subject })
  return { intent, operation }
}

function wholeOf({ id, version }: Intent) {
  return { source: 'whole', sourceId: `${id}:${version}` }
}

/** The void for the same thing; without one, a void of the whole that is under way. */
function earlierVoid(db: Kysely<Tables>, intent: Intent, { amount, sourceId }: VoidWish) {
  if (sourceId !== undefined) return operationFor(db, intent, { kind: 'void', source: 'cancel', sourceId, amount })
  return db
    .selectFrom('operation')
    .selectAll()
    .where('intent_id', '=', intent.id)
    .where('kind', '=', 'void')
    .where('source', '=', 'whole')
    .where('status', '=', sql<OperationRow['status']>`any(array['requested', 'sent', 'unknown'])`)
    .executeTakeFirst()
}
