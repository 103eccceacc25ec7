import { paging } from '@backroom/mcp-service'
import { z } from 'zod'
import { defineTool } from '../define.ts'
import { demandKeys, readDemand } from '../demand-report.ts'
import { Region, Sku, WarehouseId } from '../identifiers.ts'
import { requireStaff } from '../viewer.ts'

export const getDemand = defineTool({
  name: 'get_demand',
  title: 'Get demand',
  description:
    'Units ordered (less cancelled) of SKUs, or of a region, over the last days up to this moment, with the trend against the days before and the share of all units. This is the orders feed for replenishment.',
  scope: 'oms:read',
  effect: 'read',
  input: z.object({
    skus: z.array(Sku).min(1).max(100).optional().describe('Leave out for all SKUs'),
    region: Region.optional().describe('Where the orders went, for example east'),
    warehouse: WarehouseId.optional().describe('Warehouse that serves the orders'),
    days: z.int().min(1).max(90).default(7).describe('Days up to and with today (UTC)'),
    group_by: z.array(z.enum(demandKeys)).min(1).max(4).default(['sku']),
    order_by: z.enum(['qty', 'key']).default('qty').describe('qty: most wanted first. key: by the names of the groups'),
    ...paging,
  }),
  output: z.object({
    from: z.string(),
    to: z.string(),
    as_of: z.string(),
    total_qty: z.int().describe('All units of the window, also those of other SKUs'),
    items: z.array(
      z.object({
        sku: z.string().optional(),
        region: z.string().optional(),
        warehouse: z.string().optional().describe('Empty while no warehouse serves the orders yet'),
        day: z.string().optional(),
        qty: z.int(),
        orders: z.int().describe('Order lines'),
        trend: z.number().nullable().describe('0.25 is a quarter more than in the days before'),
        share: z.number().describe('Part of total_qty'),
      }),
    ),
    next_cursor: z.string().optional(),
  }),
  text: ({ items, total_qty, from, to }) =>
    `${items.length} rows; ${total_qty} units were ordered from ${from} to ${to}`,
  handle: ({ skus, region, warehouse, days, group_by, order_by, cursor, limit }, { db, caller }) => {
    requireStaff(caller)
    return readDemand(db, { skus, region, warehouse, days, groupBy: group_by, orderBy: order_by }, { cursor, limit })
  },
})
