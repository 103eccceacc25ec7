import { BusinessError } from '@backroom/mcp-service'
import { defineResource } from '../define.ts'
import { completeDriver, readDriver } from '../driver.ts'
import { Day } from '../identifiers.ts'
import { routeDetail } from '../route-view.ts'

export const driverRoute = defineResource({
  name: 'driver_route',
  title: "A driver's day",
  description: 'The route of a driver on a day, with its stops.',
  uri: 'logistics://driver/{id}/route/{date}',
  scope: 'tms:read',
  complete: { id: (typed, { db }) => completeDriver(db, typed) },
  read: async ({ id = '', date }, { db }) => {
    const day = Day.safeParse(date)
    if (!day.success) throw new BusinessError('invalid_argument', `${date} is no day; write it as YYYY-MM-DD.`)
    await readDriver(db, id)
    const route = await db
      .selectFrom('route')
      .selectAll()
      .where('driver_id', '=', id)
      .where('day', '=', day.data)
      .where('status', '<>', 'proposed')
      .where('status', '<>', 'cancelled')
      .orderBy('id', 'desc')
      .executeTakeFirst()
    if (!route) throw new BusinessError('not_found', `${id} has no route on ${day.data}.`)
    return routeDetail(db, route)
  },
})
