import { decodeCursor, pageOf } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import { z } from 'zod'
import { getProduct, type Page, type ProductReference } from './catalogue.ts'
import { openAccount, type Shopper } from './customer.ts'
import type { Tables } from './database-tables.ts'
import { latestPurchase } from './purchase-record.ts'

export type Review = Selectable<Tables['review']>

/** Published reviews of a product, newest first. */
export async function listReviews(
  db: Kysely<Tables>,
  productId: string,
  { cursor, limit }: { cursor?: string | undefined; limit: number },
): Promise<Page<Review>> {
  const [before] = decodeCursor(cursor, z.tuple([z.string()])) ?? []
  let query = db.selectFrom('review').selectAll().where('product_id', '=', productId).where('status', '=', 'published')
  if (before !== undefined) query = query.where('review_id', '<', before)
  const rows = await query
    .orderBy('review_id', 'desc')
    .limit(limit + 1)
    .execute()
  return pageOf(rows, limit, (review) => [review.review_id])
}

/**
 * Writes the shopper's review of a product, or replaces the one that he wrote about the same purchase. Text with links
 * waits for moderation; everything else is published at once.
 */
export async function writeReview(
  db: Kysely<Tables>,
  shopper: Shopper,
  { product: reference, rating, text }: { product: ProductReference; rating: number; text: string },
): Promise<Review> {
  await openAccount(db, shopper)
  const product = await getProduct(db, reference)
  // Reviewers of one product take turns, so that its average counts each of them.
  await db.selectFrom('product').select('product_id').where('product_id', '=', product.product_id).forUpdate().execute()
  const review = await db
    .insertInto('review')
    .values({
      review_id: `rev_${ulid()}`,
      customer_id: shopper.customerId,
      product_id: product.product_id,
      order_id: (await latestPurchase(db, shopper, product.product_id)) ?? null,
      rating,
      text_untrusted: text,
      status: holdsLink(text) ? 'pending' : 'published',
    })
    .onConflict((conflict) =>
      conflict.columns(['customer_id', 'product_id', 'order_id']).doUpdateSet({
        rating: sql`excluded.rating`,
        text_untrusted: sql`excluded.text_untrusted`,
        status: sql`excluded.status`,
        updated_at: sql`now()`,
      }),
    )
    .returningAll()
    .executeTakeFirstOrThrow()
  await countRatings(db, [product.product_id])
  return review
}

/** Brings the rating of products up to date with their published reviews. */
export async function countRatings(db: Kysely<Tables>, productIds: string[]): Promise<void> {
  await sql`
    update product set rating_total = counted.total, rating_count = counted.number
    from (
      select product.product_id, coalesce(sum(rating), 0) as total, count(rating) as number
      from product left join review on review.product_id = product.product_id and review.status = 'published'
      where product.product_id = any(${productIds})
      group by product.product_id
    ) as counted
    where product.product_id = counted.product_id`.execute(db)
}

function holdsLink(text: string): boolean {
  return /https?:|www\.|<[a-z/!]|\b[\w.+-]+@[\w-]+\.\w/i.test(text)
}
