import { z } from 'zod'
import { definePrompt } from '../define.ts'

export const findGift = definePrompt({
  name: 'find_gift',
  title: 'Find a gift',
  description: 'Find three presents for somebody within a budget.',
  arguments: z.object({
    budget: z
      .string()
      .regex(/^\d+(\.\d{1,2})?$/, 'must be an amount such as 50 or 49.90')
      .describe('Most that the present may cost, in major units'),
    recipient: z.string().min(1).max(200).describe('Who it is for and what they like'),
  }),
  messages: ({ budget, recipient }) =>
    `Find a present for ${recipient} for at most ${budget}.
Search the shop with several different ideas (search_products with max_price ${budget}), and read the reviews of the best candidates. Propose three, each with its price, its rating and one sentence on why it suits. Check that they are available. Put nothing into the cart before I have chosen.`,
})
