import type { PolicyDecision } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

/** What a call moves; minor units. */
export interface Worth {
  minor: number
  currency: string
}

/** The tier that the rules give a call: that of the lowest ceiling it stays under; without a rule, two persons decide. */
export async function tierOf(
  db: Kysely<Tables>,
  tool: string,
  { minor, currency }: Worth,
  effect: string,
): Promise<PolicyDecision> {
  const rules = await db
    .selectFrom('approval_rule')
    .select(['up_to_minor', 'tier'])
    .where('tool', '=', tool)
    .where('currency', '=', sql<string>`any(${[currency, '*']})`)
    .where((rule) => rule.or([rule('up_to_minor', 'is', null), rule('up_to_minor', '>=', minor)]))
    .orderBy(sql`up_to_minor nulls last`)
    .orderBy(sql`currency = '*'`)
    .limit(1)
    .execute()
  return {
    tier: rules[0]?.tier ?? 'A3',
    reason: `it ${effect} ${formatMoney(minor, currency)}`,
    amount: { minor, currency },
  }
}
