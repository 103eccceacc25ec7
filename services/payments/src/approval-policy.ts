import type { PolicyDecision } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'

export interface JudgedCall {
  tool: string
  /** What distinguishes calls of one tool: the kind of a hold, a decision. */
  kind?: string
  amount?: { minor: number; currency: string }
}

/** The tier that the rules give a call: the lowest ceiling that it stays under, the most particular rule first. */
export async function tierOf(db: Kysely<Tables>, { tool, kind = '*', amount }: JudgedCall): Promise<PolicyDecision> {
  const currency = amount?.currency ?? '*'
  const rules = await db
    .selectFrom('approval_rule')
    .selectAll()
    .where('tool', '=', tool)
    .where('kind', '=', sql<string>`any(${[kind, '*']})`)
    .where('currency', '=', sql<string>`any(${[currency, '*']})`)
    .execute()
  const fitting = rules.filter(({ up_to_minor }) => up_to_minor === null || (amount && amount.minor <= up_to_minor))
  fitting.sort(
    (a, b) =>
      Number(a.kind === '*') - Number(b.kind === '*') || (a.up_to_minor ?? Infinity) - (b.up_to_minor ?? Infinity),
  )
  return { tier: fitting[0]?.tier ?? 'A3', reason: reasonFor(kind, amount), ...(amount ? { amount } : {}) }
}

/** The stricter of two decisions. */
export function stricter(a: PolicyDecision, b: PolicyDecision): PolicyDecision {
  return b.tier > a.tier ? b : a
}

function reasonFor(kind: string, amount: JudgedCall['amount']): string {
  if (amount) return `it moves ${formatMoney(amount.minor, amount.currency)}`
  return kind === '*' ? 'of what it changes' : `of what it decides (${kind.replaceAll('_', ' ')})`
}
