import { compensate } from '@backroom/workflows'
import { z } from 'zod'
import { policyOf } from '../approval-policy.ts'
import { processSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { SagaId } from '../process-view.ts'

export const compensateSaga = defineTool({
  name: 'compensate_saga',
  title: 'Compensate process',
  description:
    'Have a process undone instead of going on: its steps are reversed, last first. One that runs is undone only while nothing final has happened; one that is parked, wherever it is.',
  scope: 'oms:admin',
  effect: 'destructive',
  idempotent: true,
  repeat: 'natural',
  approval: ({ saga_id }, { db, caller }) =>
    policyOf(db, { tool: 'compensate_saga', account: caller.subject }, 'A2', `it undoes the process ${saga_id}`),
  subject: ({ saga_id }, { db }) => processSubject(db, saga_id),
  input: z.object({ saga_id: SagaId }),
  output: z.object({ saga_id: z.string(), status: z.literal('compensating') }),
  text: ({ saga_id }) => `${saga_id} is being undone`,
  handle: async ({ saga_id }, { db }) => {
    await compensate(saga_id, db)
    return { saga_id, status: 'compensating' as const }
  },
})
