import { z } from 'zod'
import { defineTool } from '../define.ts'
import { PickTaskView, pickTask } from '../fulfilment-shapes.ts'
import { Location, Lot, Quantity, SerialNumber, TaskId } from '../identifiers.ts'
import { confirmPick as confirm } from '../picking.ts'
import { reservationUris, waveUri } from '../uris.ts'

export const confirmPick = defineTool({
  name: 'confirm_pick',
  title: 'Confirm pick',
  description:
    'Report units of a pick task as taken from their bin. Say location and lot when they came from another bin than the task names, and one serial number a unit where the SKU has them. Report what is not there with report_short_pick.',
  scope: 'wms:fulfil',
  effect: 'write',
  idempotent: true,
  input: z.object({
    task_id: TaskId,
    qty: Quantity.describe('Units taken now'),
    serials: z.array(SerialNumber).max(1_000).optional(),
    location: Location.optional(),
    lot: Lot.optional(),
  }),
  output: PickTaskView,
  text: ({ task_id, picked_qty, qty, status }) => `${task_id}: ${picked_qty} of ${qty} picked (${status})`,
  handle: async ({ task_id, qty, serials, location, lot }, { db, caller, changed }) => {
    const task = await confirm(db, { taskId: task_id, qty, serials, location, lot, actor: caller.subject })
    changed(...reservationUris([task]), waveUri(task.wave_id))
    return pickTask(task)
  },
})
