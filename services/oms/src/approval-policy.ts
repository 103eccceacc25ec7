import type { PolicyDecision, Tier } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import { type Cut, planCuts } from './cancellation.ts'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'

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

/** Whoever asks confirms a cancellation; money that was captured goes back under the rules of a refund. */
export async function cancelPolicy(
  db: Kysely<Tables>,
  order: Order,
  { account, lines, refund }: { account: string; lines: readonly Cut[] | undefined; refund: boolean },
): Promise<PolicyDecision> {
  const call = { tool: 'cancel_order', account }
  const back = refund ? await givenBack(db, order, lines) : 0
  if (back === 0) return policyOf(db, call, 'A1', `it stops ${order.number} and moves its money`)
  const { currency } = order
  const reason = `it stops ${order.number} and gives ${formatMoney(back, currency)} back`
  const decision = await policyOf(db, call, await refundTier(db, back, currency), reason)
  return { ...decision, amount: { minor: back, currency } }
}

/** What was captured beyond what the order costs without the units. */
async function givenBack(db: Kysely<Tables>, order: Order, lines: readonly Cut[] | undefined): Promise<number> {
  const { captured_minor, refunded_minor, due_minor } = order
  if (captured_minor === 0) return 0
  const cuts = await planCuts(db, order, lines)
  const less = cuts.reduce((sum, { amountMinor }) => sum + amountMinor, 0)
  return Math.max(0, captured_minor - refunded_minor - (due_minor - less))
}

async function refundTier(db: Kysely<Tables>, minor: number, currency: string): Promise<Tier> {
  const row = await db
    .selectFrom('refund_tier')
    .select('tier')
    .where('currency', '=', currency)
    .where('up_to_minor', '>=', minor)
    .orderBy('up_to_minor')
    .limit(1)
    .executeTakeFirst()
  return row?.tier ?? 'A3'
}
