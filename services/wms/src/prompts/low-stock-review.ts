import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { listWarehouses } from '../master-data.ts'

export const lowStockReview = definePrompt({
  name: 'low_stock_review',
  title: 'Low-stock review',
  description: 'Guide the agent through a low-stock reorder review.',
  scope: 'wms:read',
  arguments: z.object({ region: z.string().default('all').describe('Region of warehouses, or "all"') }),
  complete: {
    region: async (typed, { db }) => {
      const regions = new Set(['all', ...(await listWarehouses(db)).map(({ region }) => region)])
      return [...regions].filter((region) => region.startsWith(typed))
    },
  },
  messages: async ({ region }, { db }) => [
    {
      role: 'user',
      text: `Review stock for region '${region}'. For each SKU below its reorder point, cross-check 7-day demand from the orders feed and propose a reorder quantity. Ask me to approve before placing any order.`,
    },
    ...(await listWarehouses(db))
      .filter((warehouse) => warehouse.active && (region === 'all' || warehouse.region === region))
      .map(({ id }) => ({
        role: 'user' as const,
        resource: `inventory://warehouse/${id}/stock?below_reorder=true&limit=100`,
      })),
  ],
})
