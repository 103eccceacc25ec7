import { z } from 'zod'
import { defineTool } from '../define.ts'
import { RouteId } from '../identifiers.ts'
import { readRoute } from '../plan.ts'
import { RouteDetail, routeDetail } from '../route-view.ts'

export const getRoute = defineTool({
  name: 'get_route',
  title: 'Get route',
  description:
    'A route with its stops in the order of the day: expected times, windows, load, lateness, and the last known position.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({ route_id: RouteId }),
  output: RouteDetail,
  text: ({ route_id, status, stops, stops_done }) => `${route_id} is ${status}: ${stops_done} of ${stops} stops made`,
  handle: async ({ route_id }, { db }) => routeDetail(db, await readRoute(db, route_id)),
})
