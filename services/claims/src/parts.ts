import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Claim } from './claim.ts'
import type { Tables } from './database-tables.ts'

/**
 * Notes which part an account has in the decision of a locked claim: nobody who assessed it approves it, and nobody who
 * approved it assesses it. The table's key says the same.
 *
 * @throws {BusinessError} policy_denied for whoever has the other part
 */
export async function takePart(
  db: Kysely<Tables>,
  { id, number }: Claim,
  account: string,
  part: 'assessor' | 'approver',
): Promise<void> {
  await db
    .insertInto('claim_part')
    .values({ claim_id: id, account, part })
    .onConflict((conflict) => conflict.columns(['claim_id', 'account']).doNothing())
    .execute()
  const { part: taken } = await db
    .selectFrom('claim_part')
    .select('part')
    .where('claim_id', '=', id)
    .where('account', '=', account)
    .executeTakeFirstOrThrow()
  if (taken === part) return
  throw new BusinessError(
    'policy_denied',
    `${account} is the ${taken} of ${number}: another person has to be its ${part}.`,
    {
      details: { reason: 'assessor_is_approver', part: taken },
    },
  )
}
