import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'
import { post } from './ledger.ts'
import { countAgainstLimits, type Mover } from './limits.ts'

export interface CreditWish {
  customerId: string
  amount: number
  currency: string
  reason: string
  /** What it is for, once: an rma, a claim; by hand, the key of the call. */
  source: string
  sourceId?: string | undefined
}

export type CreditGrant = Selectable<Tables['store_credit_grant']>

/**
 * Grants a customer credit to spend in the shop. One source grants once.
 *
 * @throws {BusinessError} conflict when the source has granted something else; limit_exceeded; policy_denied
 */
export async function grantCredit(
  db: Kysely<Tables>,
  { customerId, amount, currency, reason, source, sourceId }: CreditWish,
  mover: Mover,
): Promise<{ grant: CreditGrant; balance: number }> {
  const id = `crd_${ulid()}`
  const made = await db
    .insertInto('store_credit_grant')
    .values({
      id,
      customer_id: customerId,
      currency,
      amount_minor: amount,
      source,
      source_id: sourceId ?? id,
      reason,
      granted_by: mover.subject,
    })
    .onConflict((conflict) => conflict.columns(['source', 'source_id']).doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!made) return earlierGrant(db, { source, sourceId: sourceId ?? id, customerId, amount, currency })
  await countAgainstLimits(db, mover, { operation: 'credit', customerId, amount, currency })
  const { balance_minor } = await db
    .insertInto('store_credit')
    .values({ customer_id: customerId, currency, balance_minor: amount })
    .onConflict((conflict) =>
      conflict.columns(['customer_id', 'currency']).doUpdateSet({
        balance_minor: sql`store_credit.balance_minor + excluded.balance_minor`,
        version: sql`store_credit.version + 1`,
      }),
    )
    .returning('balance_minor')
    .executeTakeFirstOrThrow()
  await post(db, {
    kind: 'store_credit',
    cause: made.id,
    externalRef: made.id,
    postings: [
      { account: 'refunds', direction: 'debit', amount, currency },
      { account: 'store_credit_liability', owner: customerId, direction: 'credit', amount, currency },
    ],
  })
  return { grant: made, balance: balance_minor }
}

async function earlierGrant(
  db: Kysely<Tables>,
  wanted: { source: string; sourceId: string; customerId: string; amount: number; currency: string },
): Promise<{ grant: CreditGrant; balance: number }> {
  const grant = await db
    .selectFrom('store_credit_grant')
    .selectAll()
    .where('source', '=', wanted.source)
    .where('source_id', '=', wanted.sourceId)
    .executeTakeFirstOrThrow()
  const { customer_id, amount_minor, currency } = grant
  if (customer_id !== wanted.customerId || amount_minor !== wanted.amount || currency !== wanted.currency)
    throw new BusinessError('conflict', `${wanted.source} ${wanted.sourceId} has granted another credit already.`, {
      details: { reason: 'other_terms', credit_id: grant.id, amount_minor, currency },
    })
  const { balance_minor } = await db
    .selectFrom('store_credit')
    .select('balance_minor')
    .where('customer_id', '=', customer_id)
    .where('currency', '=', currency)
    .executeTakeFirstOrThrow()
  return { grant, balance: balance_minor }
}
