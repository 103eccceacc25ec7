import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { RouteId } from '../identifiers.ts'
import { readRoute } from '../plan.ts'
import { routeUri } from '../uris.ts'

export const lateDeliveryRecovery = definePrompt({
  name: 'late_delivery_recovery',
  title: 'Late delivery recovery',
  description: 'Bring a route that runs late back on time, or limit the damage.',
  scope: 'tms:read',
  arguments: z.object({ route: RouteId }),
  messages: async ({ route }, { db }) => {
    const { id, day } = await readRoute(db, route)
    return [
      {
        role: 'user',
        text: `Route ${id} of ${day} runs late. Say which stops will miss their window or promise and by how much, the most valuable and the most urgent first. Ask replan_route for a proposal with the delay as it is now, and compare it with going on as planned. Where a stop cannot be saved, say whether another route of the day could take it or whether the customer should be told, and draft that message. Apply nothing before I agree.`,
      },
      { role: 'user', resource: routeUri(id) },
    ]
  },
})
