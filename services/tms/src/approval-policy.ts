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
 * Up to the limit of the account, else that of everybody ('*'), nobody is asked; above it whoever asks confirms. Without
 * a limit every call is confirmed.
 */
export async function policyFor(db: Kysely<Tables>, call: JudgedCall): Promise<PolicyDecision> {
  const { tool, account, minor, currency, what } = call
  const rows = await db
    .selectFrom('approval_limit')
    .select(['account', 'limit_minor'])
    .where('tool', '=', tool)
    .where('currency', '=', currency)
    .where('account', '=', sql<string>`any(${[account, '*']})`)
    .execute()
  const limit = (rows.find((row) => row.account === account) ?? rows[0])?.limit_minor
  if (limit !== undefined && minor <= limit) return { tier: 'A0' }
  const ceiling = limit === undefined ? 'there is no limit for it' : `the limit is ${formatMoney(limit, currency)}`
  return { tier: 'A1', reason: `its ${what} is ${formatMoney(minor, currency)} and ${ceiling}` }
}
