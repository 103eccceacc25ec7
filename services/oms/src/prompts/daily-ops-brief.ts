import { dayOf } from '@backroom/calendar'
import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { Day } from '../identifiers.ts'

export const dailyOpsBrief = definePrompt({
  name: 'daily_ops_brief',
  title: 'Daily operations brief',
  description: 'One page on the state of orders for the morning meeting.',
  scope: 'oms:read',
  arguments: z.object({ date: Day.optional().describe('Day of the brief; today by default') }),
  messages: ({ date = dayOf() }) => [
    {
      role: 'user',
      text: `Write the operations brief for ${date} on one page: orders placed the day before against a usual day (search_orders, get_demand), what has to leave today and what of it is at risk, open holds by kind and age, what customers are owed, and the three SKUs whose demand changed most. Figures first, each with its source; then at most five things to decide, the most urgent first. Read only.`,
    },
    { role: 'user', resource: 'orders://upcoming' },
    { role: 'user', resource: 'orders://holds' },
    { role: 'user', resource: 'orders://demand/7d' },
  ],
})
