import { BusinessError } from '@backroom/mcp-service'
import { formatMoney, shareOf } from '@backroom/money'
import { type Kysely, type Selectable, sql } from 'kysely'
import type { Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import { shopCurrency } from './price.ts'

/** A coupon as it applies to one cart: what it takes off, or why it cannot be used. */
export type CartCoupon = { code: string; description: string } & ({ discountMinor: number } | { refused: string })

/** A coupon by its code in any case, for this customer and this subtotal; undefined when there is none. */
export async function couponFor(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  code: string,
  subtotalMinor: number,
): Promise<CartCoupon | undefined> {
  const coupon = await db
    .selectFrom('coupon')
    .selectAll()
    .select((select) =>
      select
        .exists(
          select
            .selectFrom('coupon_redemption')
            .select(sql`1`.as('one'))
            .where('customer_id', '=', customerId)
            .whereRef('coupon_redemption.code', '=', 'coupon.code'),
        )
        .as('used_by_customer'),
    )
    .where('code', '=', code.trim().toUpperCase())
    .executeTakeFirst()
  if (!coupon) return undefined
  const { code: name, description } = coupon
  const refused = refusalOf(coupon, Boolean(coupon.used_by_customer), subtotalMinor)
  if (refused !== undefined) return { code: name, description, refused }
  return { code: name, description, discountMinor: discountOf(coupon, subtotalMinor) }
}

/**
 * Counts one use, in the transaction that begins the purchase.
 *
 * @throws {BusinessError} `conflict` when the last use went to somebody else meanwhile
 */
export async function redeem(
  db: Kysely<Tables>,
  { customerId }: Shopper,
  code: string,
  checkoutId: string,
): Promise<void> {
  const counted = await db
    .updateTable('coupon')
    .set({ used_count: sql`used_count + 1` })
    .where('code', '=', code)
    .where((where) => where.or([where('usage_limit', 'is', null), where('used_count', '<', where.ref('usage_limit'))]))
    .executeTakeFirst()
  if (counted.numUpdatedRows === 0n) throw new BusinessError('conflict', `Coupon ${code} has been used up.`)
  await db.insertInto('coupon_redemption').values({ code, checkout_id: checkoutId, customer_id: customerId }).execute()
}

/** Gives a use back, when the purchase that it was for came to nothing or was cancelled. */
export async function giveBack(db: Kysely<Tables>, checkoutId: string): Promise<void> {
  const redemption = await db
    .deleteFrom('coupon_redemption')
    .where('checkout_id', '=', checkoutId)
    .returning('code')
    .executeTakeFirst()
  if (!redemption) return
  await db.updateTable('coupon').set({ used_count: sql`used_count - 1` }).where('code', '=', redemption.code).execute()
}

type Coupon = Selectable<Tables['coupon']>

function refusalOf(coupon: Coupon, usedByCustomer: boolean, subtotalMinor: number): string | undefined {
  const now = new Date()
  if (coupon.starts_at > now) return `Coupon ${coupon.code} is not valid yet.`
  if (coupon.ends_at && coupon.ends_at <= now) return `Coupon ${coupon.code} has expired.`
  if (coupon.usage_limit !== null && coupon.used_count >= coupon.usage_limit)
    return `Coupon ${coupon.code} has been used up.`
  if (coupon.once_per_customer && usedByCustomer) return `You have used coupon ${coupon.code} already.`
  if (subtotalMinor < coupon.minimum_subtotal_minor) {
    const least = formatMoney(coupon.minimum_subtotal_minor, shopCurrency)
    return `Coupon ${coupon.code} needs goods for ${least} or more.`
  }
  return undefined
}

function discountOf(coupon: Coupon, subtotalMinor: number): number {
  if (coupon.amount_minor !== null) return Math.min(coupon.amount_minor, subtotalMinor)
  return shareOf(subtotalMinor, coupon.percent_basis_points ?? 0, 10_000)
}
