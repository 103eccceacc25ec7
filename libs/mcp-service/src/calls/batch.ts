import type { AnyDatabase } from '../any-database.ts'
import type { BatchVerdict } from '../define.ts'
import type { Runtime } from '../runtime.ts'
import { effectOf, repeatedly, type ValidCall, writeContext } from './call-tool.ts'
import { countAgainstProfile } from './daily-limit.ts'
import { type Acknowledged, acknowledge, type CallKey, claimKeys } from './idempotency.ts'
import { resultOf, type ToolResult } from './outcome.ts'

/** Calls of batching tools that wait for their turn, per tool. */
export interface BatchQueues {
  /** Resolves with the call's own result, or rejects with its own error, once its batch has committed. */
  add(runtime: Runtime, call: ValidCall, key: CallKey | undefined): Promise<ToolResult>
}

interface Waiting {
  call: ValidCall
  key: CallKey | undefined
  resolve(result: ToolResult): void
  reject(error: unknown): void
}

const MAX_BATCH = 100

/**
 * Groups concurrent calls by themselves: a lone call runs at once, and whatever arrives while a batch is under way forms
 * the next. On a contended row this turns one transaction a call into one a batch.
 */
export function batchQueues(): BatchQueues {
  const queues = new Map<string, { waiting: Waiting[]; running: boolean }>()
  const drain = async (runtime: Runtime, name: string) => {
    const queue = queues.get(name)
    if (!queue || queue.running) return
    queue.running = true
    while (queue.waiting.length > 0) {
      const batch = takeBatch(queue.waiting)
      await repeatedly(() => runBatch(runtime, batch)).then(
        (settle) => settle(),
        (error) => {
          for (const { reject } of batch) reject(error)
        },
      )
    }
    queue.running = false
  }
  return {
    add: (runtime, call, key) =>
      new Promise((resolve, reject) => {
        const { name } = call.compiled.tool
        const queue = queues.get(name) ?? { waiting: [], running: false }
        queues.set(name, queue)
        queue.waiting.push({ call, key, resolve, reject })
        void drain(runtime, name)
      }),
  }
}

/** The next calls, each key at most once: a second call with the same key waits, and then finds the stored answer. */
function takeBatch(waiting: Waiting[]): Waiting[] {
  const taken: Waiting[] = []
  const left: Waiting[] = []
  const keys = new Set<string>()
  for (const entry of waiting) {
    const name = entry.key && `${entry.key.principal}|${entry.key.key}`
    if (taken.length === MAX_BATCH || (name && keys.has(name))) left.push(entry)
    else taken.push(entry)
    if (name) keys.add(name)
  }
  waiting.splice(0, waiting.length, ...left)
  return taken
}

/** One transaction for the whole batch; the returned function tells the callers, after commit. */
async function runBatch(runtime: Runtime, batch: Waiting[]): Promise<() => void> {
  const changed = new Set<string>()
  const settlements = await runtime.db.transaction().execute(async (trx: AnyDatabase) => {
    const settled: (() => void)[] = []
    const toRun = await claimAll(trx, batch, settled)
    const permitted = await withinDailyLimits(trx, toRun, settled)
    const acknowledged = await effect(runtime, permitted, trx, changed, settled)
    if (acknowledged.length > 0) await acknowledge(trx, acknowledged)
    return settled
  })
  return () => {
    runtime.changes.publish(changed)
    for (const settle of settlements) settle()
  }
}

async function claimAll(trx: AnyDatabase, batch: Waiting[], settled: (() => void)[]): Promise<Waiting[]> {
  const keyed = batch.filter((entry): entry is Waiting & { key: CallKey } => entry.key !== undefined)
  const claims =
    keyed.length > 0
      ? await claimKeys(
          trx,
          keyed.map((entry) => entry.key),
        )
      : []
  const answered = new Set<Waiting>()
  for (const [index, claim] of claims.entries()) {
    const entry = keyed[index]
    if (!entry || (claim.kind !== 'replay' && claim.kind !== 'refuse')) continue
    answered.add(entry)
    settled.push(() => (claim.kind === 'replay' ? entry.resolve(claim.result) : entry.reject(claim.error)))
  }
  return batch.filter((entry) => !answered.has(entry))
}

async function withinDailyLimits(trx: AnyDatabase, entries: Waiting[], settled: (() => void)[]): Promise<Waiting[]> {
  const permitted: Waiting[] = []
  for (const entry of entries) {
    await countAgainstProfile(trx, entry.call.caller, entry.call.compiled.tool).then(
      () => permitted.push(entry),
      (error) => settled.push(() => entry.reject(error)),
    )
  }
  return permitted
}

async function effect(
  runtime: Runtime,
  entries: Waiting[],
  trx: AnyDatabase,
  changed: Set<string>,
  settled: (() => void)[],
): Promise<Acknowledged[]> {
  const [first] = entries
  if (!first) return []
  const { compiled } = first.call
  if (!('handleBatch' in compiled.tool)) throw new Error(`${compiled.tool.name} has no handleBatch`)
  const { caller: _, progress: __, callAsCaller: ___, ...context } = writeContext(runtime, first.call, trx, changed)
  const verdicts: BatchVerdict<unknown>[] = await compiled.tool.handleBatch(
    entries.map(({ call: { args, caller } }) => ({ args, caller })),
    context,
  )
  const acknowledged: Acknowledged[] = []
  for (const [index, entry] of entries.entries()) {
    const verdict = verdicts[index]
    if (!verdict) throw new Error(`${compiled.tool.name} gave no verdict for call ${index}`)
    if ('error' in verdict) {
      settled.push(() => entry.reject(verdict.error))
      continue
    }
    const result = resultOf(compiled, verdict.result, entry.call.args)
    acknowledged.push({ key: entry.key, state: 'done', result, audit: effectOf(entry.call, result) })
    settled.push(() => entry.resolve(result))
  }
  return acknowledged
}
