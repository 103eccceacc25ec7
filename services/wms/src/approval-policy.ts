import type { PolicyDecision } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import { requireSku } from './master-data.ts'

/** A change of stock whose worth decides who must agree. */
interface ValuedCall {
  sku: string
  /** Signed units. */
  units: number
  /** Account that asks. */
  account: string
}

/** A purchase order is free up to the account's automatic limit; above it another person decides. */
export async function reorderPolicy(db: Kysely<Tables>, call: ValuedCall): Promise<PolicyDecision> {
  const { within, reason } = await compareWithLimit(db, 'create_reorder', call)
  return within ? { tier: 'A0' } : { tier: 'A2', reason }
}

/** A correction of stock is confirmed by whoever asks for it; above the limit another person decides. */
export async function adjustmentPolicy(db: Kysely<Tables>, call: ValuedCall): Promise<PolicyDecision> {
  const { within, reason } = await compareWithLimit(db, 'adjust_stock', call)
  return within ? { tier: 'A1', reason: 'it changes the books without goods moving' } : { tier: 'A2', reason }
}

/** The limit of the account, else that of everybody ('*'), else 0; only a limit in the SKU's currency counts. */
async function compareWithLimit(
  db: Kysely<Tables>,
  tool: string,
  { sku, units, account }: ValuedCall,
): Promise<{ within: boolean; reason: string }> {
  const { unit_cost_minor, currency } = await requireSku(db, sku)
  const rows = await db
    .selectFrom('approval_limit')
    .select(['account', 'limit_minor'])
    .where('tool', '=', tool)
    .where('currency', '=', currency)
    .where('account', '=', sql<string>`any(${[account, '*']})`)
    .execute()
  const limit = (rows.find((row) => row.account === account) ?? rows[0])?.limit_minor ?? 0
  const value = Math.abs(units) * unit_cost_minor
  return {
    within: limit > 0 && value <= limit,
    reason: `its value of ${formatMoney(value, currency)} is above the limit of ${formatMoney(limit, currency)}`,
  }
}
