import { z } from 'zod'
import { definePrompt } from '../define.ts'
import { completeDriver, readDriver } from '../driver.ts'
import { DriverId } from '../identifiers.ts'
import { DRIVERS_URI } from '../uris.ts'

export const driverNoShow = definePrompt({
  name: 'driver_no_show',
  title: 'Driver does not show up',
  description: 'Find somebody for the route of a driver who does not come.',
  scope: 'tms:read',
  arguments: z.object({ driver: DriverId }),
  complete: { driver: (typed, { db }) => completeDriver(db, typed) },
  messages: async ({ driver }, { db }) => {
    const { id, depot_id } = await readDriver(db, driver)
    return [
      {
        role: 'user',
        text: `Driver ${id} of ${depot_id} does not come today. Find the route (list_routes), and who of the same depot is free, licensed and skilled for all its stops and has the hours. A route that was not dispatched can go to another driver with assign_driver, or its stops one by one with reassign_stop; one that was dispatched needs replan_route. Show the options with hours left, lateness and what would not be delivered today, and recommend one. Change nothing before I agree.`,
      },
      { role: 'user', resource: DRIVERS_URI },
    ]
  },
})
