import { readFileSync } from 'node:fs'
import { APP_MIME_TYPE } from '@backroom/mcp-service'
import { defineResource } from '../define.ts'
import { PLAN_VIEW_URI } from '../uris.ts'

const html = readFileSync(new URL('../pages/route-plan.html', import.meta.url), 'utf8')

export const planPage = defineResource({
  name: 'route_plan_page',
  title: 'Route plan',
  description: 'A page that shows the plan of a call in hosts with MCP Apps: figures, map, routes, what has no route.',
  uri: PLAN_VIEW_URI,
  mimeType: APP_MIME_TYPE,
  scope: 'tms:read',
  read: () => html,
})
