import { z } from 'zod'
import { tierOf } from '../approval-policy.ts'
import { frozenSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { Reason } from '../identifiers.ts'
import { setFrozen } from '../limits.ts'

export const freezeClient = defineTool({
  name: 'freeze_client',
  title: 'Freeze client',
  description:
    'Stop all captures, refunds, credits and new authorisations of a client or a customer, at once; with frozen false, let them go on.',
  scope: 'payments:admin',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  approval: (_, { db }) => tierOf(db, { tool: 'freeze_client' }),
  subject: (wanted, { db }) => frozenSubject(db, wanted),
  input: z.object({
    subject_kind: z.enum(['client', 'customer']),
    subject: z.string().min(1).max(256).describe('Client id or customer id'),
    frozen: z.boolean().default(true),
    reason: Reason,
  }),
  output: z.object({ subject_kind: z.enum(['client', 'customer']), subject: z.string(), frozen: z.boolean() }),
  text: ({ subject_kind, subject, frozen }) => `${subject_kind} ${subject} is ${frozen ? 'frozen' : 'free'}`,
  handle: async ({ subject_kind, subject, frozen, reason }, { db, caller }) => {
    await setFrozen(db, { kind: subject_kind, subject, frozen, reason, actor: caller.subject })
    return { subject_kind, subject, frozen }
  },
})
