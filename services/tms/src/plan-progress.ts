import type { CallContext } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'

const TELL_MS = 500

/** Tells a waiting caller how much of a plan's time is used, whichever process searches. @returns ends it */
export function tellProgress(
  db: Kysely<Tables>,
  planId: string,
  progress: CallContext<Tables>['progress'],
): () => void {
  let told = 0
  const tell = async () => {
    const plan = await db
      .selectFrom('route_plan')
      .select(['progress', 'time_budget_s'])
      .where('id', '=', planId)
      .executeTakeFirst()
    if (!plan?.progress || plan.progress.elapsed_ms <= told) return
    told = plan.progress.elapsed_ms
    const { unassigned, vehicles } = plan.progress
    progress(told, plan.time_budget_s * 1_000, `${vehicles} vehicles, ${unassigned} shipments without a route`)
  }
  const timer = setInterval(() => tell().catch(() => undefined), TELL_MS)
  return () => clearInterval(timer)
}
