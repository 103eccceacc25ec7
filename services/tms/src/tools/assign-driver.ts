import { z } from 'zod'
import { policyFor } from '../approval-policy.ts'
import { routeSubject } from '../approval-subject.ts'
import { assignDriver as assign } from '../assignment.ts'
import { defineTool } from '../define.ts'
import { worthOf } from '../dispatch.ts'
import { DriverId, RouteId, Version } from '../identifiers.ts'
import { RouteDetail, routeDetail } from '../route-view.ts'
import { DRIVERS_URI, routeUri } from '../uris.ts'

export const assignDriver = defineTool({
  name: 'assign_driver',
  title: 'Assign driver',
  description:
    'Give an approved route that was not dispatched to another driver, who must be free on that day, licensed, skilled for its stops, and within the limits of working time.',
  scope: 'tms:dispatch',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  approval: async ({ route_id }, { db, caller }) =>
    policyFor(db, {
      tool: 'assign_driver',
      account: caller.subject,
      ...(await worthOf(db, [route_id])),
      what: 'goods’ value',
    }),
  subject: ({ route_id }, { db }) => routeSubject(db, route_id),
  input: z.object({ route_id: RouteId, driver_id: DriverId, expected_version: Version }),
  output: RouteDetail,
  text: ({ route_id, driver_id }) => `${driver_id} drives ${route_id}`,
  handle: async ({ route_id, driver_id, expected_version }, { db, changed }) => {
    const wanted = { routeId: route_id, driverId: driver_id, expectedVersion: expected_version }
    const route = await assign(db, wanted)
    changed(routeUri(route_id), DRIVERS_URI)
    return routeDetail(db, route)
  },
})
