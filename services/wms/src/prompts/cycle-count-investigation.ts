import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { WarehouseId } from '../identifiers.ts'
import { completeWarehouse, requireWarehouse } from '../master-data.ts'
import { warehouseWork } from '../warehouse-work.ts'

export const cycleCountInvestigation = definePrompt({
  name: 'cycle_count_investigation',
  title: 'Cycle count investigation',
  description: 'Find out why counts and books differ in a warehouse.',
  scope: 'wms:read',
  arguments: z.object({ warehouse: WarehouseId }),
  complete: { warehouse: (typed, { db }) => completeWarehouse(db, typed) },
  messages: async ({ warehouse }, { db }) => {
    const { id } = await requireWarehouse(db, warehouse)
    const { cycle_counts } = await warehouseWork(db, id)
    return [
      {
        role: 'user',
        text: `Investigate the differences of the cycle counts of ${id}. For each bin that differs, read the movements of its SKU since the last count: look for receipts that were booked twice or not at all, picks from the neighbouring bin, short picks, transfers and returns. Say for each difference which cause is likely, what would prove it, and whether to post it, to have it counted again, or to look elsewhere first. Post nothing before I agree.`,
      },
      { role: 'user', resource: `inventory://warehouse/${id}/work` },
      ...cycle_counts
        .slice(0, 10)
        .map(({ count_id }) => ({ role: 'user' as const, resource: `inventory://cycle-counts/${count_id}` })),
    ]
  },
})
