import { reportFacts } from '@backroom/facts'
import type { RunOptions } from '@backroom/mcp-service'
import { startWorkflows } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import { useCarriers } from './carrier/carriers-in-use.ts'
import type { SimulatorSettings } from './carrier/choose-carriers.ts'
import { simulateCarriers } from './carrier/simulator.ts'
import { tellDueScans } from './carrier/simulator-notifications.ts'
import { announceWith } from './changes.ts'
import type { Tables } from './database-tables.ts'
import { mountWebhooks } from './inbound/webhooks.ts'
import { bookPickup, buyLabel, interceptShipment, voidLabel } from './workflows/carrier-requests.ts'
import { optimiseRoutes, watchPlansIn } from './workflows/optimise-routes.ts'
import { schedules } from './workflows/schedules.ts'

const TELL_MS = 200

/** What runs beside the tools: the workflows, the schedules, the carriers' inbox and, where they are simulated, the carriers. */
export function besideTools(
  simulation: SimulatorSettings | undefined,
): Pick<RunOptions<Tables>, 'background' | 'routes'> {
  let database: Kysely<Tables> | undefined
  const booksOf = () => {
    if (!database) throw new Error('The simulated carriers have no books yet')
    return database
  }
  const carriers = simulation ? simulateCarriers({ ...simulation, db: booksOf }) : []
  useCarriers(carriers)
  const start = startWorkflows<Tables>({
    workflows: [buyLabel, voidLabel, bookPickup, interceptShipment, optimiseRoutes, reportFacts],
    schedules,
  })
  return {
    routes: (app, { db }) => mountWebhooks(app, { db, carriers }),
    async background(context) {
      database = context.db
      watchPlansIn(context.db)
      announceWith(context.changed)
      const stop = await start(context)
      if (!simulation || context.front === 'stdio') return stop
      const quiet = repeat(
        TELL_MS,
        () => tellDueScans(context.db, simulation),
        (error) => context.log.warn({ err: error }, 'scans of simulated carriers not told'),
      )
      return async () => {
        await quiet()
        await stop()
      }
    },
  }
}

/** Runs work again and again, never twice at once. @returns ends it, after the run that is under way */
function repeat(everyMs: number, work: () => Promise<void>, failed: (error: Error) => void): () => Promise<void> {
  let ended = false
  let timer: NodeJS.Timeout
  let running: Promise<void> = Promise.resolve()
  const next = () => {
    timer = setTimeout(() => {
      running = work()
        .catch(failed)
        .finally(() => ended || next())
    }, everyMs)
  }
  next()
  return async () => {
    ended = true
    clearTimeout(timer)
    await running
  }
}
