import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PickTaskView, pickTask } from '../fulfilment-shapes.ts'
import { Quantity, TaskId } from '../identifiers.ts'
import { reportShortPick as reportShort } from '../picking.ts'
import { reservationUris, waveUri } from '../uris.ts'

export const reportShortPick = defineTool({
  name: 'report_short_pick',
  title: 'Report short pick',
  description:
    'Report units of a pick task that are not in their bin. They leave sale until a count finds them. Other bins of the warehouse replace them where they can, as new tasks of the wave; what is short then is reported to the order, which is served from elsewhere or asks the customer.',
  scope: 'wms:fulfil',
  effect: 'write',
  idempotent: true,
  input: z.object({
    task_id: TaskId,
    qty: Quantity.optional().describe('Units that are missing; default: all that the task still asks for'),
  }),
  output: z.object({
    task: PickTaskView,
    replaced_by: z.array(PickTaskView).describe('Tasks for the same units in other bins'),
    short_qty: z.int().describe('Units that this warehouse cannot replace'),
  }),
  text: ({ task, replaced_by, short_qty }) =>
    `${task.task_id} is short: ${replaced_by.reduce((sum, { qty }) => sum + qty, 0)} units replaced from other bins, ${short_qty} missing`,
  handle: async ({ task_id, qty }, { db, caller, changed }) => {
    const { task, replacements, short } = await reportShort(db, { taskId: task_id, qty, actor: caller.subject })
    changed(...reservationUris([task]), waveUri(task.wave_id))
    return { task: pickTask(task), replaced_by: replacements.map(pickTask), short_qty: short }
  },
})
