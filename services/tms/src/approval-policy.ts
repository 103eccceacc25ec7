import type { PolicyDecision } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

export interface JudgedCall {
  tool: string
  /** Account that asks. */
  account: string
  /** What is at stake, in minor units: the price, or the worth of the goods. */
  minor: number
  currency: string
  /** Completes "its … of 12.00 USD is above the limit". */
  what: string
}

/**
 * Up to the limit of the account, else that of everybody ('*'), nobody is asked; above it whoever asks confirms, and above
 * what may be confirmed another person decides. Without a limit every call is confirmed.
 */
export async function policyFor(db: Kysely<Tables>, call: JudgedCall): Promise<PolicyDecision> {
  const { tool, account, minor, currency, what } = call
  const rows = await db
    .selectFrom('approval_limit')
    .select(['account', 'limit_minor', 'confirm_up_to_minor'])
    .where('tool', '=', tool)
    .where('currency', '=', currency)
    .where('account', '=', sql<string>`any(${[account, '*']})`)
    .execute()
  const rule = rows.find((row) => row.account === account) ?? rows[0]
  if (rule && minor <= rule.limit_minor) return { tier: 'A0' }
  const ceiling = rule ? `the limit is ${formatMoney(rule.limit_minor, currency)}` : 'there is no limit for it'
  return {
    tier: minor > (rule?.confirm_up_to_minor ?? Infinity) ? 'A2' : 'A1',
    reason: `its ${what} is ${formatMoney(minor, currency)} and ${ceiling}`,
  }
}
