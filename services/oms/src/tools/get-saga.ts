import { z } from 'zod'
import { defineTool } from '../define.ts'
import { describeProcess, ProcessShape, SagaId } from '../process-view.ts'

export const getSaga = defineTool({
  name: 'get_saga',
  title: 'Get process',
  description:
    'How far a process across domains is: its steps with their results, and why it waits. Ids come from cancel_order and from unfinished of reconcile_order.',
  scope: 'oms:admin',
  effect: 'read',
  input: z.object({ saga_id: SagaId }),
  output: ProcessShape,
  text: ({ saga_id, state, steps }) => `${saga_id} is ${state} after ${steps.length} steps`,
  handle: ({ saga_id }, { db }) => describeProcess(db, saga_id),
})
