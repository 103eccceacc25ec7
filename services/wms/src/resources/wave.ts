import { BusinessError } from '@backroom/mcp-service'
import { defineResource } from '../define.ts'
import { pickTask } from '../fulfilment-shapes.ts'

export const wave = defineResource({
  name: 'wave',
  title: 'Pick wave',
  description: 'A pick wave with its tasks in the order of the walk.',
  uri: 'inventory://waves/{id}',
  scope: 'wms:read',
  subscribable: true,
  read: async ({ id = '' }, { db }) => {
    const found = await db.selectFrom('wave').selectAll().where('id', '=', id).executeTakeFirst()
    if (!found) throw new BusinessError('not_found', `There is no pick wave ${id}.`)
    const tasks = await db.selectFrom('pick_task').selectAll().where('wave_id', '=', id).orderBy('seq').execute()
    const { warehouse_id, assigned_to, created_at } = found
    return { wave_id: id, warehouse: warehouse_id, assigned_to, created_at, tasks: tasks.map(pickTask) }
  },
})
