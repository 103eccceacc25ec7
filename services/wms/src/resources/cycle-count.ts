import { countView } from '../count-shape.ts'
import { readCount } from '../cycle-count.ts'
import { defineResource } from '../define.ts'

export const cycleCount = defineResource({
  name: 'cycle_count',
  title: 'Cycle count',
  description: 'A cycle count: what is to be counted and what was found.',
  uri: 'inventory://cycle-counts/{id}',
  scope: 'wms:read',
  subscribable: true,
  read: async ({ id = '' }, { db }) => {
    const { count, lines } = await readCount(db, id)
    return countView(count, lines)
  },
})
