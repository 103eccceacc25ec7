import { z } from 'zod'
import { definePrompt } from '../define.ts'

export const lateOrderOutreach = definePrompt({
  name: 'late_order_outreach',
  title: 'Late order outreach',
  description: 'Draft messages to the customers whose orders will be late.',
  scope: 'oms:read',
  arguments: z.object({
    hours: z
      .string()
      .regex(/^\d{1,3}$/)
      .default('24')
      .describe('Orders that have to leave within this many hours'),
  }),
  messages: ({ hours }) => {
    const before = new Date(Date.now() + Number(hours) * 3_600_000).toISOString()
    return [
      {
        role: 'user',
        text: `Find the orders below that will not leave in time, and draft a short, honest message to each customer: what is late, why as far as we know it, the new day, and that they may cancel free of charge. Propose the new day as a call of set_promise_date for each order. Send nothing and change nothing before I agree.`,
      },
      { role: 'user', resource: `orders://upcoming?before=${encodeURIComponent(before)}` },
    ]
  },
})
