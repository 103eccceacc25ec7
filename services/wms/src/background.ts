import { reportFacts } from '@backroom/facts'
import type { BackgroundContext } from '@backroom/mcp-service'
import { startWorkflows } from '@backroom/workflows'
import type { Tables } from './database-tables.ts'
import { demandRefresh } from './demand-refresh.ts'
import { startHousekeeping } from './housekeeping.ts'

const startReporting = startWorkflows<Tables>({ workflows: [reportFacts], schedules: [demandRefresh] })

/** Reports facts, refreshes demand, and keeps house. */
export async function startBackground(context: BackgroundContext<Tables>): Promise<() => Promise<void>> {
  const stopReporting = await startReporting(context)
  if (context.front === 'stdio') return stopReporting
  const stopHousekeeping = startHousekeeping(context)
  return async () => {
    await stopHousekeeping()
    await stopReporting()
  }
}
