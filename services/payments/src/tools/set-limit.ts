import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { limitSubject } from '../approval-subject.ts'
import { limitedOperations } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Currency, Reason } from '../identifiers.ts'
import { setLimit as set } from '../limits.ts'

export const setLimit = defineTool({
  name: 'set_limit',
  title: 'Set limit',
  description:
    "Set how much a client may move, or a customer may be given, in one day (UTC), per kind of movement and currency. Client '*' stands for every client of a person.",
  scope: 'payments:admin',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  approval: (_, { db }) => tierOf(db, { tool: 'set_limit' }),
  subject: (wanted, { db }) => limitSubject(db, wanted),
  input: z.object({
    subject_kind: z.enum(['client', 'customer']),
    subject: z.string().min(1).max(256),
    operation: z.enum(limitedOperations),
    currency: Currency,
    max_amount_minor: z.int().nonnegative().max(1_000_000_000_000).optional().describe('Minor units a day'),
    max_count: z.int().nonnegative().max(1_000_000).optional().describe('Movements a day'),
    reason: Reason,
  }),
  output: z.object({
    subject_kind: z.enum(['client', 'customer']),
    subject: z.string(),
    operation: z.enum(limitedOperations),
    currency: z.string(),
    max_amount_minor: z.int().nullable(),
    max_count: z.int().nullable(),
  }),
  text: ({ subject_kind, subject, operation, currency }) =>
    `Limit of ${subject_kind} ${subject} for ${operation} in ${currency} is set`,
  handle: async ({ max_amount_minor, max_count, reason, ...limit }, { db, caller }) => {
    if (max_amount_minor === undefined && max_count === undefined)
      throw new BusinessError('invalid_argument', 'Give max_amount_minor, max_count or both.')
    const {
      set_by: _,
      set_at: __,
      reason: ___,
      ...policy
    } = await set(db, {
      ...limit,
      max_amount_minor: max_amount_minor ?? null,
      max_count: max_count ?? null,
      reason,
      set_by: caller.subject,
    })
    return policy
  },
})
