import { BusinessError } from '@backroom/mcp-service'
import { z } from 'zod'
import { CountView, countView } from '../count-shape.ts'
import { linesOf, MOST_BINS, startCount, startPlanned } from '../cycle-count.ts'
import { defineTool } from '../define.ts'
import { Location, Sku, WarehouseId } from '../identifiers.ts'
import { countUri } from '../uris.ts'

export const startCycleCount = defineTool({
  name: 'start_cycle_count',
  title: 'Start cycle count',
  description: `Start to count bins of a warehouse, by location, by SKU or by both, or begin a count that was planned by its count_id. Answers with the bins to count, up to ${MOST_BINS}. A blind count does not tell what the books say.`,
  scope: 'wms:count',
  effect: 'write',
  idempotent: true,
  input: z.object({
    warehouse: WarehouseId.optional(),
    locations: z.array(Location).min(1).max(100).optional(),
    skus: z.array(Sku).min(1).max(100).optional(),
    blind: z.boolean().default(true),
    count_id: z.string().max(64).optional().describe('A planned count, instead of everything else'),
  }),
  output: CountView,
  text: ({ count_id, to_count, warehouse }) => `Count ${count_id}: ${to_count.length} bins to count in ${warehouse}`,
  handle: async ({ warehouse, locations, skus, blind, count_id }, { db, caller, changed }) => {
    const start = () => {
      if (count_id !== undefined) return startPlanned(db, count_id)
      if (warehouse !== undefined) return startCount(db, { warehouse, locations, skus, blind, actor: caller.subject })
      throw new BusinessError('invalid_argument', 'Say which warehouse to count in, or which planned count to begin.')
    }
    const count = await start()
    changed(countUri(count.id))
    return countView(count, await linesOf(db, count))
  },
})
