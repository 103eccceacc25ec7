import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { completeDepot, requireDepot } from '../depot.ts'
import { DepotId } from '../identifiers.ts'
import { DRIVERS_URI, EXCEPTIONS_URI } from '../uris.ts'

export const peakReadiness = definePrompt({
  name: 'peak_readiness',
  title: 'Peak readiness',
  description: 'See whether a depot can deliver what a busy day brings.',
  scope: 'tms:read',
  arguments: z.object({ depot: DepotId }),
  complete: { depot: (typed, { db }) => completeDepot(db, typed) },
  messages: async ({ depot }, { db }) => {
    const { id, name } = await requireDepot(db, depot)
    return [
      {
        role: 'user',
        text: `Judge whether depot ${id} (${name}) is ready for twice its usual day. Count vehicles that run and what they hold, drivers with hours left this week and licences that end within 60 days, and compare with the stops and loads of the routes of the last days. Find the constraint that binds first: vehicles, drivers, hours or skills. Say what carriers could take over and at which price, and list what to arrange, the most urgent first.`,
      },
      { role: 'user', resource: DRIVERS_URI },
      { role: 'user', resource: EXCEPTIONS_URI },
    ]
  },
})
