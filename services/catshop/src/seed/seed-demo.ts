import {
  demoCustomers,
  demoOrders,
  demoPaymentMethods,
  demoProducts,
  demoTaxRates,
  seededRandom,
} from '@backroom/demo-data'
import { type Insertable, type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { countRatings } from '../review.ts'
import { demoSessions } from './demo-purchases.ts'
import { demoReviews } from './demo-reviews.ts'

const DAY_MS = 86_400_000

/** Fills an empty shop: products, the demo customers, coupons, and six weeks of purchases and reviews. */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  const today = startOfDay(new Date())
  await seedCatalogue(db, today)
  await seedAccounts(db)
  const orders = demoOrders(today)
  await db.insertInto('checkout_session').values(demoSessions(orders)).execute()
  const redeemed = orders.filter((order) => order.couponCode !== null && order.status !== 'cancelled')
  await db
    .insertInto('coupon_redemption')
    .values(
      redeemed.map((order) => ({
        code: order.couponCode ?? '',
        checkout_id: order.checkoutId,
        customer_id: order.customer.customerId,
      })),
    )
    .execute()
  await db
    .updateTable('coupon')
    .set({ used_count: sql`(select count(*) from coupon_redemption where coupon_redemption.code = coupon.code)` })
    .execute()
  await db.insertInto('review').values(demoReviews(orders, today)).execute()
  await countRatings(
    db,
    demoProducts.map((product) => product.productId),
  )
}

async function seedCatalogue(db: Kysely<Tables>, today: Date): Promise<void> {
  const random = seededRandom(11)
  const rows = demoProducts.map(
    (product): Insertable<Tables['product']> => ({
      product_id: product.productId,
      legacy_no: product.legacyNo,
      name: product.name,
      description: product.description,
      category: product.category,
      price_minor: product.priceMinor,
      currency: product.currency,
      popularity: product.popularity,
      attributes: JSON.stringify({ weight_grams: product.weightGrams }),
      created_at: new Date(today.getTime() - random.integer(2, 700) * DAY_MS),
    }),
  )
  await db.insertInto('product').values(rows).execute()
  await db
    .insertInto('variant')
    .values(demoProducts.map(({ sku, productId }) => ({ sku, product_id: productId })))
    .execute()
}

async function seedAccounts(db: Kysely<Tables>): Promise<void> {
  await db
    .insertInto('customer')
    .values(
      demoCustomers.map((customer) => ({
        customer_id: customer.customerId,
        username: customer.username,
        email: customer.email,
        name: customer.name,
        default_address: JSON.stringify(customer.address),
      })),
    )
    .execute()
  await db
    .insertInto('customer_payment_method')
    .values(
      demoCustomers.flatMap(({ customerId }) =>
        demoPaymentMethods.map((method, position) => ({ customer_id: customerId, ...method, position })),
      ),
    )
    .execute()
  await db.insertInto('tax_rate').values(demoTaxRates).execute()
  await db.insertInto('coupon').values(coupons).execute()
}

const coupons: Insertable<Tables['coupon']>[] = [
  {
    code: 'WELCOME10',
    description: '10 % off the first order',
    percent_basis_points: 1_000,
    once_per_customer: true,
  },
  { code: 'MEOW5', description: '5.00 off goods for 30.00 or more', amount_minor: 500, minimum_subtotal_minor: 3_000 },
  {
    code: 'EARLYBIRD',
    description: '20 % off for the first hundred',
    percent_basis_points: 2_000,
    usage_limit: 100,
    ends_at: '2025-12-31',
  },
]

function startOfDay(now: Date): Date {
  return new Date(now.getTime() - (now.getTime() % DAY_MS))
}
