import { listOf, paging, Verbosity } from '@backroom/mcp-service'
import { z } from 'zod'
import { driverStatuses } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { requireDepot } from '../depot.ts'
import { listDrivers as list } from '../driver.ts'
import { DriverView, driverViews } from '../driver-view.ts'
import { Day, DepotId, Skill } from '../identifiers.ts'

export const listDrivers = defineTool({
  name: 'list_drivers',
  title: 'List drivers',
  description:
    'Drivers with their shift and the hours that they have used and have left on a day, by depot, status and skills. verbosity full adds licence, telephone and rating.',
  scope: 'tms:read',
  effect: 'read',
  input: z.object({
    depot: DepotId.optional(),
    status: z.enum(driverStatuses).optional(),
    skills: z.array(Skill).min(1).max(10).optional().describe('All of them'),
    date: Day.optional().describe('Default: today'),
    ...paging,
    verbosity: Verbosity,
  }),
  output: listOf(DriverView),
  text: ({ items, next_cursor }) => `${items.length} drivers${next_cursor ? ', more follow' : ''}`,
  handle: async ({ depot, status, skills, date, cursor, limit, verbosity }, { db }) => {
    const depotId = depot === undefined ? undefined : (await requireDepot(db, depot)).id
    const { items, ...rest } = await list(db, { depotId, status, skills }, { cursor, limit })
    return { ...rest, items: await driverViews(db, items, date, verbosity) }
  },
})
