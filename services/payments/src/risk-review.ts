import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Intent, OperationRow, RiskDecision, Tables } from './database-tables.ts'
import { endHolds, holdsOver } from './hold.ts'
import { lockIntent, readIntent } from './intent.ts'
import { requestVoid } from './voiding.ts'

export type RiskAssessment = Selectable<Tables['risk_assessment']>

/**
 * The assessment of a payment.
 *
 * @throws {BusinessError} not_found, also before the payment was authorised
 */
export async function readRisk(
  db: Kysely<Tables>,
  paymentId: string,
): Promise<{ intent: Intent; assessment: RiskAssessment }> {
  const intent = await readIntent(db, { payment_id: paymentId })
  const assessment = await db
    .selectFrom('risk_assessment')
    .selectAll()
    .where('intent_id', '=', intent.id)
    .executeTakeFirst()
  if (assessment) return { intent, assessment }
  throw new BusinessError('not_found', `Payment ${intent.id} is ${intent.status} and was never assessed.`, {
    nextActions: [{ tool: 'get_payment', arguments: { payment_id: intent.id } }],
  })
}

/**
 * Records what a person thinks of a payment. Declining rejects its fraud reviews and gives the reserved money back;
 * approving says that it may go on, and its hold is released by release_hold.
 *
 * @returns the void to carry out after declining
 * @throws {BusinessError} not_found
 */
export async function reviewPayment(
  db: Kysely<Tables>,
  paymentId: string,
  { decision, reason, actor }: { decision: RiskDecision; reason: string; actor: string },
): Promise<{ intent: Intent; operation?: OperationRow }> {
  const intent = await lockIntent(db, { payment_id: paymentId })
  await readRisk(db, intent.id)
  await db
    .updateTable('risk_assessment')
    .set({ decision, decided_by: actor, decided_reason: reason, decided_at: sql`now()` })
    .where('intent_id', '=', intent.id)
    .execute()
  if (decision !== 'decline') return { intent }
  const reviews = (await holdsOver(db, intent)).filter(({ kind }) => kind === 'fraud_review')
  const ids = reviews.map(({ id }) => id)
  await endHolds(db, ids, { as: 'converted', reason, actor })
  return requestVoid(db, { paymentId: intent.id, reason }, { subject: actor })
}
