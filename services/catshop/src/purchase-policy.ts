import type { PolicyDecision } from '@backroom/mcp-service'
import { formatMoney } from '@backroom/money'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { shopCurrency } from './price.ts'

/**
 * Who must agree to a purchase: nobody up to the limit of table `purchase_policy`; above it the customer, who has done
 * so when the call carries the very total of the preview.
 *
 * @param totalMinor what the call would charge; undefined when it would charge nothing
 * @param confirmedMinor total that the call says the customer agreed to; a wrong one is refused by the purchase itself
 */
export async function purchaseTier(
  db: Kysely<Tables>,
  totalMinor: number | undefined,
  confirmedMinor: number | undefined,
): Promise<PolicyDecision> {
  if (totalMinor === undefined || confirmedMinor !== undefined) return { tier: 'A0' }
  const { confirm_above_minor: limit } = await db
    .selectFrom('purchase_policy')
    .select('confirm_above_minor')
    .executeTakeFirstOrThrow()
  if (totalMinor <= limit) return { tier: 'A0' }
  const [total, most] = [formatMoney(totalMinor, shopCurrency), formatMoney(limit, shopCurrency)]
  const way =
    'show the customer the result of preview_checkout and send its total_minor to checkout as confirm_total_minor'
  return {
    tier: 'A1',
    reason: `the total of ${total} is above ${most} (instead, ${way})`,
    amount: { minor: totalMinor, currency: shopCurrency },
  }
}
