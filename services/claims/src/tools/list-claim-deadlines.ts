import { z } from 'zod'
import { DueShape, listDue } from '../deadline-list.ts'
import { defineTool } from '../define.ts'
import { requireStaff } from '../viewer.ts'

export const listClaimDeadlines = defineTool({
  name: 'list_claim_deadlines',
  title: 'List claim deadlines',
  description:
    'What is due in claims and recoveries within so many days, and what has passed: answers to customers, filings, and what counterparties owe us by law or contract. At most 200, the first first.',
  scope: 'claims:read',
  effect: 'read',
  input: z.object({ within_days: z.int().min(0).max(1_000).default(14) }),
  output: z.object({ items: z.array(DueShape), as_of: z.string() }),
  text: ({ items }) => {
    const overdue = items.filter((item) => item.overdue).length
    return `${items.length} deadlines, ${overdue} of them have passed`
  },
  handle: async ({ within_days }, { db, caller }) => {
    requireStaff(caller)
    return { items: await listDue(db, within_days), as_of: new Date().toISOString() }
  },
})
