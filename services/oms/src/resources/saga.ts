import { defineResource } from '../define.ts'
import { describeProcess } from '../process-view.ts'

export const saga = defineResource({
  name: 'process',
  title: 'Process',
  description: 'A process across domains, step by step, by its saga_id.',
  uri: 'orders://saga/{id}',
  scope: 'oms:admin',
  read: ({ id = '' }, { db }) => describeProcess(db, id),
})
