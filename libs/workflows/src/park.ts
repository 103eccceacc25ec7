import { sql } from 'kysely'
import { type Engine, pause, whileOpen } from './engine.ts'
import type { Run, Verdict } from './run.ts'

/** Why a workflow waits for an operator. */
export interface Parked {
  step?: string
  reason: string
  /** The fault may pass by itself: it is tried again now and then without an operator. */
  retryable: boolean
  /** The step to forget and do again on a retry. */
  rewind?: number
}

const SELF_HEALING_MS = 5 * 60_000
const LOOK_MS = 500

/** Waits until an operator decides; the row says so meanwhile. */
export async function park(engine: Engine, run: Run, parked: Parked): Promise<Verdict> {
  engine.log.error({ workflow: run.id, name: run.workflow, ...parked }, 'workflow parked; retry or compensate it')
  await sql`
    update saga set state = 'parked', parked = ${JSON.stringify(parked)}::jsonb, verdict = null
    where id = ${run.id} and ended_at is null`.execute(engine.db)
  return untilVerdict(engine, run, parked)
}

/** Waits for the verdict on a workflow that is parked already, and takes it up. */
export async function untilVerdict(
  engine: Engine,
  run: Run,
  { retryable }: Pick<Parked, 'retryable'>,
): Promise<Verdict> {
  run.verdict = Promise.withResolvers<Verdict>()
  const passing = retryable ? [pause(SELF_HEALING_MS).then((): Verdict => 'retry')] : []
  const verdict = await Promise.race([run.verdict.promise, ...passing])
  run.verdict = undefined
  await whileOpen(engine)
  const next = verdict === 'retry' ? null : 'compensating'
  await sql`
    update saga set state = 'running', parked = null, attempts = 0, verdict = ${next}
    where id = ${run.id} and ended_at is null`.execute(engine.db)
  if (verdict === 'compensate') run.compensate = 'anywhere'
  return verdict
}

/** Brings what operators decide to the workflows that this process runs, until stopped. */
export function deliverVerdicts(engine: Engine): () => void {
  const look = async () => {
    if (engine.runs.size === 0) return
    const { rows } = await sql<{ id: string; verdict: string }>`
      select id, verdict from saga where verdict in ('retry', 'compensate')`.execute(engine.db)
    for (const { id, verdict } of rows) {
      const run = engine.runs.get(id)
      if (run?.verdict) run.verdict.resolve(verdict as Verdict)
      else if (run?.compensate === 'no' && verdict === 'compensate') run.compensate = 'before pivot'
    }
  }
  const timer = setInterval(() => look().catch(() => undefined), LOOK_MS)
  timer.unref()
  return () => clearInterval(timer)
}
