import type { PolicyDecision } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

export interface JudgedCall {
  tool: string
  /** Account that asks. */
  account: string
  /** What distinguishes calls of one tool: in_policy or out_of_policy. */
  kind?: string
  amount?: { minor: number; currency: string }
}

/**
 * The tier that the rules give a call: of those that name the account, else of those for everybody, the lowest ceiling that
 * the call stays under.
 */
export async function tierOf(
  db: Kysely<Tables>,
  { tool, account, kind = '*', amount }: JudgedCall,
): Promise<PolicyDecision> {
  const currency = amount?.currency ?? '*'
  const rules = await db
    .selectFrom('approval_rule')
    .selectAll()
    .where('tool', '=', tool)
    .where('account', '=', sql<string>`any(${[account, '*']})`)
    .where('kind', '=', sql<string>`any(${[kind, '*']})`)
    .where('currency', '=', sql<string>`any(${[currency, '*']})`)
    .execute()
  const fitting = rules.filter(({ up_to_minor }) => up_to_minor === null || (amount && amount.minor <= up_to_minor))
  fitting.sort(
    (a, b) =>
      Number(a.account === '*') - Number(b.account === '*') ||
      Number(a.kind === '*') - Number(b.kind === '*') ||
      (a.up_to_minor ?? Infinity) - (b.up_to_minor ?? Infinity),
  )
  return { tier: fitting[0]?.tier ?? 'A3', reason: reasonFor(kind, amount), ...(amount ? { amount } : {}) }
}

function reasonFor(kind: string, amount: JudgedCall['amount']): string {
  if (amount) return `it is about ${formatMoney(amount.minor, amount.currency)}`
  return kind === 'out_of_policy' ? 'the return policy does not cover it' : 'of what it decides'
}
