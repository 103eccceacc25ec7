import { decodeCursor, listOf, pageOf, paging, Verbosity } from '@backroom/mcp-service'
import { sql } from 'kysely'
import { z } from 'zod'
import { routeStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { requireDepot } from '../depot.ts'
import { Day, DepotId, DriverId } from '../identifiers.ts'
import { RouteSummary, routeSummaries } from '../route-view.ts'

export const listRoutes = defineTool({
  name: 'list_routes',
  title: 'List routes',
  description:
    'The routes of a day with driver, vehicle, times and lateness, by depot, driver or status. verbosity full adds those that are proposed or were cancelled. get_route tells the stops.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({
    date: Day.optional().describe('Default: today'),
    depot: DepotId.optional(),
    driver_id: DriverId.optional(),
    status: z.enum(routeStatuses).optional(),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(RouteSummary),
  text: ({ items, next_cursor }) => `${items.length} routes${next_cursor ? ', more follow' : ''}`,
  handle: async ({ date, depot, driver_id, status, cursor, limit, verbosity }, { db }) => {
    const after = decodeCursor(cursor, z.tuple([z.string()]))
    const depotId = depot === undefined ? undefined : (await requireDepot(db, depot)).id
    let query = db
      .selectFrom('route')
      .innerJoin('route_plan', 'route_plan.id', 'route.plan_id')
      .innerJoin('depot', 'depot.id', 'route_plan.depot_id')
      .selectAll('route')
      .where('route.day', '=', date ?? sql<string>`(now() at time zone depot.timezone)::date`)
    if (depotId) query = query.where('route_plan.depot_id', '=', depotId)
    if (driver_id) query = query.where('route.driver_id', '=', driver_id)
    if (status) query = query.where('route.status', '=', status)
    else if (verbosity === 'concise')
      query = query.where('route.status', '<>', 'proposed').where('route.status', '<>', 'cancelled')
    if (after) query = query.where('route.id', '>', after[0])
    const rows = await query
      .orderBy('route.id')
      .limit(limit + 1)
      .execute()
    const { items, ...rest } = pageOf(rows, limit, ({ id }) => [id])
    return { ...rest, items: await routeSummaries(db, items) }
  },
})
