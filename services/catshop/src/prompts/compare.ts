import type { PromptMessage } from '@backroom/mcp-service'
import { z } from 'zod'
import { completeProductId } from '../catalogue.ts'
import { definePrompt } from '../define.ts'

const MOST_PRODUCTS = 6

export const compare = definePrompt({
  name: 'compare',
  title: 'Compare products',
  description: 'Compare products side by side.',
  arguments: z.object({
    product_ids: z
      .string()
      .transform((text) => text.split(/[\s,]+/).filter(Boolean))
      .refine((ids) => ids.length >= 2 && ids.length <= MOST_PRODUCTS, `must name 2 to ${MOST_PRODUCTS} products`)
      .describe('Product ids or numbers, separated by commas'),
  }),
  messages: ({ product_ids }) => [
    ...product_ids.map(
      (id): PromptMessage => ({ role: 'user', resource: `catshop://product/${encodeURIComponent(id)}` }),
    ),
    {
      role: 'user',
      text: 'Compare these products in a table: price, rating, what each is best at. Read their reviews for praise and complaints that repeat. Then say which one you would choose for whom.',
    },
  ],
  complete: {
    async product_ids(typed, { db }) {
      const cut = typed.lastIndexOf(',') + 1
      const ids = await completeProductId(db, typed.slice(cut).trim())
      return ids.map((id) => typed.slice(0, cut) + id)
    },
  },
})
