import { z } from 'zod'
import { defineTool } from '../define.ts'
import { readDriver } from '../driver.ts'
import { DriverView, driverViews } from '../driver-view.ts'
import { Day, DriverId } from '../identifiers.ts'

export const getDriver = defineTool({
  name: 'get_driver',
  title: 'Get driver',
  description:
    'One driver: skills, licence, telephone, the shift of a day, hours used and left, and the route of that day.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({ driver_id: DriverId, date: Day.optional().describe('Default: today') }),
  output: DriverView,
  text: ({ driver_id, name, status, hours }) =>
    `${driver_id} (${name}) is ${status}, ${(hours.drive_day_left_s / 3_600).toFixed(1)} h of driving left`,
  handle: async ({ driver_id, date }, { db }) => {
    const [view] = await driverViews(db, [await readDriver(db, driver_id)], date, 'full')
    if (!view) throw new Error('a driver that exists has a view')
    return view
  },
})
