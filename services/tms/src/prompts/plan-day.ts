import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { completeDepot, requireDepot } from '../depot.ts'
import { Day, DepotId } from '../identifiers.ts'
import { DRIVERS_URI, EXCEPTIONS_URI } from '../uris.ts'

export const planDay = definePrompt({
  name: 'plan_day',
  title: 'Plan a day',
  description: 'Plan the routes of a depot for a day and have them approved.',
  scope: 'tms:read',
  arguments: z.object({ depot: DepotId, date: Day }),
  complete: { depot: (typed, { db }) => completeDepot(db, typed) },
  messages: async ({ depot, date }, { db }) => {
    const { id, name } = await requireDepot(db, depot)
    return [
      {
        role: 'user',
        text: `Plan ${date} for depot ${id} (${name}). Check first who drives on that day and has hours left, and which open exceptions touch shipments that should ride. Run optimize_routes once for the lowest cost and once for as few vehicles as possible, and compare the two with each other and with the day as it is: kilometres, cost, lateness, shipments without a route. Explain every shipment that has no route by the constraint that binds, and what would free it. Recommend one plan. Approve and dispatch nothing before I agree.`,
      },
      { role: 'user', resource: DRIVERS_URI },
      { role: 'user', resource: EXCEPTIONS_URI },
    ]
  },
})
