import type { PolicyDecision, Tier } from '@backroom/mcp-service'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/** The tier of a call: what the retailer's rules say for the account or for everybody, else the usual one. */
export async function policyOf(
  db: Kysely<Tables>,
  call: { tool: string; account: string },
  usual: Tier,
  reason: string,
): Promise<PolicyDecision> {
  const rules = await db
    .selectFrom('approval_rule')
    .select(['account', 'tier'])
    .where('tool', '=', call.tool)
    .where('account', '=', sql<string>`any(${[call.account, '*']})`)
    .execute()
  const rule = rules.find(({ account }) => account === call.account) ?? rules[0]
  return { tier: rule?.tier ?? usual, reason }
}
