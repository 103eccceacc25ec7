import { viewPage } from '@backroom/mcp-service'
import { PLAN_VIEW_URI } from '../uris.ts'

export const planPage = viewPage({
  name: 'route_plan_page',
  title: 'Route plan',
  description: 'A page that shows the plan of a call in hosts with MCP Apps: figures, map, routes, what has no route.',
  uri: PLAN_VIEW_URI,
  scope: 'tms:read',
  script: new URL('../../views/route-plan.js', import.meta.url),
})
