import { z } from 'zod'
import { shopperOf } from '../customer.ts'
import { defineTool } from '../define.ts'
import { ProductId } from '../product-view.ts'
import { writeReview } from '../review.ts'

export const writeProductReview = defineTool({
  name: 'write_product_review',
  title: 'Write product review',
  description:
    'Rate a product from 1 to 5 and say why. Writing again about the same purchase replaces the earlier review. Text with links waits for moderation.',
  scope: 'catshop:write',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({
    product_id: ProductId,
    rating: z.int().min(1).max(5),
    review_text: z.string().trim().min(1).max(4000),
  }),
  output: z.object({
    review_id: z.string(),
    product_id: z.string(),
    rating: z.int(),
    status: z.enum(['pending', 'published', 'rejected']),
    verified_purchase: z.boolean(),
  }),
  text: ({ rating, status }) => `Review with ${rating} of 5 saved; it is ${status}.`,
  async handle({ product_id, rating, review_text }, { db, caller }) {
    const review = await writeReview(db, shopperOf(caller), { product: product_id, rating, text: review_text })
    return {
      review_id: review.review_id,
      product_id: review.product_id,
      rating: review.rating,
      status: review.status,
      verified_purchase: review.verified_purchase,
    }
  },
})
