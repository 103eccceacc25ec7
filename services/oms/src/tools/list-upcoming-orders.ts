import { listOf, paging } from '@backroom/mcp-service'
import { z } from 'zod'
import { fulfillmentStatuses, orderStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { Region, WarehouseId } from '../identifiers.ts'
import { dueStatuses, slaRisks, upcomingOrders } from '../upcoming.ts'
import { viewerOf } from '../viewer.ts'

export const listUpcomingOrders = defineTool({
  name: 'list_upcoming_orders',
  title: 'List upcoming orders',
  description:
    'Orders that still have to leave a warehouse, the most urgent first, each with how likely it is to be late and why. Narrow it by warehouse, region, due date or status.',
  scope: 'oms:read',
  effect: 'read',
  input: z.object({
    warehouse: WarehouseId.optional(),
    region: Region.optional(),
    due_before: z.union([z.iso.datetime(), z.iso.date()]).optional().describe('Only what has to leave before then'),
    status: z.array(z.enum(dueStatuses)).min(1).max(4).optional(),
    ...paging,
  }),
  output: listOf(
    z.object({
      order_id: z.string(),
      number: z.string(),
      status: z.enum(orderStatuses),
      fulfillment_status: z.enum(fulfillmentStatuses),
      customer_id: z.string(),
      region: z.string().describe('Where it goes'),
      warehouses: z.array(z.string()).describe('Warehouses that have to send something'),
      units_to_ship: z.int(),
      ship_by: z.string(),
      promised_by: z.string(),
      holds: z.array(z.string()).describe('Kinds of its open holds'),
      sla_risk: z.enum(slaRisks),
      why: z.string(),
    }),
  ),
  text: ({ items, next_cursor }) => {
    const late = items.filter(({ sla_risk }) => sla_risk === 'late').length
    return `${items.length} orders to ship${late > 0 ? `, ${late} of them late` : ''}${next_cursor ? ', more follow' : ''}`
  },
  handle: ({ warehouse, region, due_before, status, cursor, limit }, { db, caller }) =>
    upcomingOrders(
      db,
      { warehouse, region, dueBefore: due_before, status, customerId: viewerOf(caller).customerId },
      { cursor, limit },
    ),
})
