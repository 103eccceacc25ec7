import { retryParked } from '@backroom/workflows'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { unpark } from '../facts/kept-facts.ts'
import { SagaId } from '../process-view.ts'

export const retrySagaStep = defineTool({
  name: 'retry_saga_step',
  title: 'Retry process step',
  description:
    'Have a parked process go on with the step at which it stopped, or a parked fact take effect, once the cause is mended. Steps that were done are not done again.',
  scope: 'oms:admin',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: z.object({ saga_id: SagaId }),
  output: z.object({ saga_id: z.string(), status: z.literal('retrying') }),
  text: ({ saga_id }) => `${saga_id} goes on`,
  handle: async ({ saga_id }, { db }) => {
    if (!(await unpark(db, saga_id))) await retryParked(saga_id, db)
    return { saga_id, status: 'retrying' as const }
  },
})
