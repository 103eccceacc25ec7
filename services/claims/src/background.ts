import type { BackgroundContext } from '@backroom/mcp-service'
import { announceChanges } from './announce-changes.ts'
import type { Tables } from './database-tables.ts'
import { processes } from './processes.ts'

/** Runs the processes, and tells subscribers of what happens to claims. */
export async function startBackground(context: BackgroundContext<Tables>): Promise<() => Promise<void>> {
  const stopProcesses = await processes(context)
  if (context.front === 'stdio') return stopProcesses
  const stopAnnouncing = announceChanges(context)
  return async () => {
    await stopAnnouncing()
    await stopProcesses()
  }
}
