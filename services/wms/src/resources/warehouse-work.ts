import { defineResource } from '../define.ts'
import { completeWarehouse } from '../master-data.ts'
import { MOST_ROWS, warehouseWork as readWork } from '../warehouse-work.ts'

export const warehouseWork = defineResource({
  name: 'warehouse_work',
  title: 'Warehouse work',
  description: `What a warehouse has to do: orders that wait to be picked, waves under way, shipments at the stage, transfers and cycle counts; the oldest ${MOST_ROWS} of each.`,
  uri: 'inventory://warehouse/{wid}/work',
  scope: 'wms:read',
  complete: { wid: (typed, { db }) => completeWarehouse(db, typed) },
  read: ({ wid = '' }, { db }) => readWork(db, wid),
})
