import type { PolicyDecision } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import { type Kysely, sql } from 'kysely'
import type { SkuQuantity } from './allocation.ts'
import { finalLines, linesOf, lockCount } from './cycle-count.ts'
import type { Tables } from './database-tables.ts'
import { requireSkus } from './master-data.ts'

/** A change of stock whose worth decides who must agree. */
interface ValuedCall {
  units: readonly SkuQuantity[]
  /** Account that asks. */
  account: string
}

/** A purchase order is free up to the account's automatic limit; above it another person decides. */
export async function reorderPolicy(db: Kysely<Tables>, call: ValuedCall): Promise<PolicyDecision> {
  const { within, ...beyond } = await compareWithLimit(db, 'create_reorder', call)
  return within ? { tier: 'A0' } : { tier: 'A2', ...beyond }
}

/** A correction of stock is confirmed by whoever asks for it; above the limit another person decides. */
export async function adjustmentPolicy(db: Kysely<Tables>, call: ValuedCall): Promise<PolicyDecision> {
  const { within, ...beyond } = await compareWithLimit(db, 'adjust_stock', call)
  return within ? { tier: 'A1', reason: 'it changes the books without goods moving' } : { tier: 'A2', ...beyond }
}

/** Goods may be sent to another warehouse up to a limit; above it, whoever asks confirms. */
export async function transferPolicy(db: Kysely<Tables>, call: ValuedCall): Promise<PolicyDecision> {
  const { within, ...beyond } = await compareWithLimit(db, 'create_transfer', call)
  return within ? { tier: 'A0' } : { tier: 'A1', ...beyond }
}

/** Differences of a count are booked up to a limit; above it another person decides. */
export async function countPolicy(db: Kysely<Tables>, countId: string, account: string): Promise<PolicyDecision> {
  const lines = finalLines(await linesOf(db, await lockCount(db, countId)))
  const units = lines.map(({ sku, variance }) => ({ sku, qty: variance ?? 0 }))
  const { within, ...beyond } = await compareWithLimit(db, 'submit_count', { units, account })
  return within ? { tier: 'A0' } : { tier: 'A2', ...beyond }
}

/** The limit of the account, else that of everybody ('*'), else 0, for the worth of the units in each currency. */
async function compareWithLimit(
  db: Kysely<Tables>,
  tool: string,
  { units, account }: ValuedCall,
): Promise<{ within: boolean } & Omit<PolicyDecision, 'tier'>> {
  const worth = await worthOf(db, units)
  const rows = await db
    .selectFrom('approval_limit')
    .select(['account', 'currency', 'limit_minor'])
    .where('tool', '=', tool)
    .where('account', '=', sql<string>`any(${[account, '*']})`)
    .execute()
  for (const [currency, value] of worth) {
    const own = rows.filter((row) => row.currency === currency)
    const limit = (own.find((row) => row.account === account) ?? own[0])?.limit_minor ?? 0
    if (limit === 0 || value > limit)
      return {
        within: false,
        reason: `its value of ${formatMoney(value, currency)} is above the limit of ${formatMoney(limit, currency)}`,
        amount: { minor: value, currency },
      }
  }
  return { within: true }
}

/** Per currency, what the units cost; gains and losses add up. */
async function worthOf(db: Kysely<Tables>, units: readonly SkuQuantity[]): Promise<Map<string, number>> {
  const skus = await requireSkus(
    db,
    units.map(({ sku }) => sku),
  )
  const worth = new Map<string, number>()
  for (const { sku, qty } of units) {
    const record = skus.get(sku)
    if (!record) continue
    const value = Math.abs(qty) * record.unit_cost_minor
    worth.set(record.currency, (worth.get(record.currency) ?? 0) + value)
  }
  return worth
}
