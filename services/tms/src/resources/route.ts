import { defineResource } from '../define.ts'
import { readRoute } from '../plan.ts'
import { routeDetail } from '../route-view.ts'

export const route = defineResource({
  name: 'route',
  title: 'Route',
  description: 'A route with its stops in the order of the day.',
  uri: 'logistics://route/{id}',
  scope: 'tms:read',
  subscribable: true,
  read: async ({ id = '' }, { db }) => routeDetail(db, await readRoute(db, id)),
})
