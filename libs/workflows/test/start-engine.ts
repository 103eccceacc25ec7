import { connect } from '@backroom/database'
import type { BackgroundContext } from '@backroom/mcp-service'
import { pino } from 'pino'
import { type Schedule, startWorkflows } from '../src/index.ts'
import { calleeOver } from './callee.ts'
import { processes, type Tables } from './processes.ts'

export interface EngineOptions {
  front?: BackgroundContext<Tables>['front']
  poolSize?: number
  schedules?: Schedule<Tables>[]
}

/** Starts the workflows of the tests in this process, over a database that is there already. */
export async function startEngine(
  databaseUrl: string,
  { front = 'http', poolSize = 8, schedules = [] }: EngineOptions = {},
) {
  const { db, pool, close } = connect<Tables>(databaseUrl, { schema: 'oms', poolSize })
  const outside = connect<Tables>(databaseUrl, { schema: 'oms', poolSize: 4 })
  const patience = { beforePivotMs: 600, afterPivotMs: 300 }
  const stop = await startWorkflows<Tables>({ workflows: processes, schedules, patience })({
    domain: 'oms',
    db,
    pool,
    databaseUrl,
    front,
    log: pino({ level: process.env.LOG_LEVEL ?? 'silent' }),
    callService: calleeOver(outside.db),
    isDeployed: () => true,
    changed: () => undefined,
  })
  return {
    db,
    async stop() {
      await stop()
      await close()
      await outside.close()
    },
  }
}
