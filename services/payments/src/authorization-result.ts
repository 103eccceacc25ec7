import type { Kysely } from 'kysely'
import { z } from 'zod'
import { type AuthorizationRow, blockable, holdKinds, type Intent, riskLevels, type Tables } from './database-tables.ts'
import { holdsOver } from './hold.ts'
import { readIntent } from './intent.ts'
import { decisionOf, riskOf } from './payment-view.ts'

/** What became of an authorisation. */
export const AuthorizationResult = z.object({
  payment_id: z.string(),
  status: z
    .enum(['authorized', 'requires_action', 'declined', 'failed', 'unknown'])
    .describe(
      'requires_action: the customer confirms at action_url. unknown: the provider has not answered; a fact tells the end',
    ),
  amount_minor: z.int(),
  currency: z.string(),
  capture_before: z.string().optional(),
  action_url: z.string().optional(),
  decline_code: z.string().optional(),
  message: z.string().optional().describe('In plain words, for the customer'),
  risk: z.object({ score: z.int(), level: z.enum(riskLevels) }),
  holds: z.array(z.object({ hold_id: z.string(), kind: z.enum(holdKinds), blocks: z.array(z.enum(blockable)) })),
})

/** The authorisation of a payment as it stands. */
export async function authorizationResult(
  db: Kysely<Tables>,
  intentId: string,
  authorization: AuthorizationRow,
): Promise<z.input<typeof AuthorizationResult>> {
  const intent = await readIntent(db, { payment_id: intentId })
  const [holds, risk] = await Promise.all([holdsOver(db, intent), riskOf(db, intentId)])
  const closed = intent.status === 'voided' || intent.status === 'expired'
  return {
    payment_id: intent.id,
    status: statusOf(intent, authorization),
    amount_minor: intent.amount_minor,
    currency: intent.currency,
    ...(closed ? { message: `The payment was ${intent.status}.` } : {}),
    ...decisionOf(authorization),
    risk: risk ?? { score: 0, level: 'low' },
    holds: holds.map(({ id, kind, blocks }) => ({ hold_id: id, kind, blocks })),
  }
}

function statusOf({ status }: Intent, authorization: AuthorizationRow) {
  switch (status) {
    case 'authorized':
    case 'partially_captured':
    case 'captured':
      return 'authorized'
    case 'requires_action':
    case 'declined':
      return status
    case 'requires_method':
      return authorization.status === 'requires_action' ? 'requires_action' : 'unknown'
    case 'voided':
    case 'expired':
    case 'failed':
      return 'failed'
  }
}
