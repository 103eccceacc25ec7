import { z } from 'zod'
import { policyFor } from '../approval-policy.ts'
import { routeSubject } from '../approval-subject.ts'
import { defineTool } from '../define.ts'
import { dispatchRoute as dispatch, worthOf } from '../dispatch.ts'
import { RouteId, Version } from '../identifiers.ts'
import { RouteDetail, routeDetail } from '../route-view.ts'
import { planUri, routeUri } from '../uris.ts'

export const dispatchRoute = defineTool({
  name: 'dispatch_route',
  title: 'Dispatch route',
  description:
    'Send an approved route to its driver; the answer is the manifest. From here on it changes by replan_route and apply_replan alone.',
  scope: 'tms:dispatch',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  approval: async ({ route_id }, { db, caller }) =>
    policyFor(db, {
      tool: 'dispatch_route',
      account: caller.subject,
      ...(await worthOf(db, [route_id])),
      what: 'goods’ value',
    }),
  subject: ({ route_id }, { db }) => routeSubject(db, route_id),
  input: z.object({ route_id: RouteId, expected_version: Version }),
  output: RouteDetail,
  text: ({ route_id, driver_id, stops }) => `${route_id} with ${stops} stops went to ${driver_id}`,
  handle: async ({ route_id, expected_version }, { db, changed }) => {
    const route = await dispatch(db, { id: route_id, expectedVersion: expected_version })
    changed(routeUri(route_id), planUri(route.plan_id))
    return routeDetail(db, route)
  },
})
