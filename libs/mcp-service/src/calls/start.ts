import type { AnyDatabase } from '../any-database.ts'
import { answerOf } from '../approvals/answer.ts'
import { approvalNeeded } from '../approvals/policy.ts'
import { type Proposed, propose } from '../approvals/propose.ts'
import { BusinessError } from '../errors.ts'
import { type Runtime, readContext } from '../runtime.ts'
import { effectOf, repeatedly, type ValidCall, writeContext } from './call-tool.ts'
import { countAgainstProfile } from './daily-limit.ts'
import { acknowledge, type CallKey, claimKeys, releaseKey, settleKey } from './idempotency.ts'
import { resultOf, type ToolResult } from './outcome.ts'

const DEFAULT_DEADLINE_MS = 25_000
/** A service that waits hears of a process still running before it gives up. */
const ANSWER_MS = 500

/** What the first transaction left: a process to wait for, the stored answer of an earlier call, or a call before a person. */
type Begun = { workflowId: string; handle: string } | { stored: ToolResult } | Proposed

/**
 * A tool whose effect is a process: the intent commits first, the outcome is awaited with no transaction and no
 * connection held, and a last transaction stores it. A retry joins the same process.
 */
export async function runStarted(runtime: Runtime, call: ValidCall, key: CallKey | undefined): Promise<ToolResult> {
  const { compiled, args } = call
  const { tool } = compiled
  if (!('start' in tool)) throw new Error(`${tool.name} has no start`)
  const begun = await repeatedly(() => begin(runtime, call, key))
  if ('stored' in begun) return begun.stored
  if ('approvalId' in begun) return answerOf(runtime, begun.approvalId)
  const { changed: _, ...context } = readContext(runtime, call)
  const { workflowId, handle } = begun
  const settled = tool.outcome(workflowId, context, args).then(
    (value: unknown) => store(runtime, call, key, workflowId, resultOf(compiled, value, args)),
    async (error: unknown) => {
      if (key && isFinal(error)) await releaseKey(runtime.db, key, workflowId)
      throw error
    },
  )
  const { timeoutMs = Number.POSITIVE_INFINITY } = call.meta
  const deadlineMs = Math.min(tool.deadlineMs ?? DEFAULT_DEADLINE_MS, Math.max(0, timeoutMs - ANSWER_MS))
  const result = await withinDeadline(settled, deadlineMs, call.signal())
  if (result !== undefined) return result
  settled.catch((error: unknown) =>
    runtime.log.warn({ err: error, tool: tool.name, handle }, 'a process failed after its call was answered'),
  )
  return inProgress(tool.name, handle)
}

/**
 * Whether the process has ended with this. A fault on the way to it, or of whoever it waits for, leaves open what becomes of
 * it: the key then stays with the process, and a retry joins it instead of starting another.
 */
export function isFinal(error: unknown): boolean {
  return error instanceof BusinessError && !error.body.retryable && error.body.code !== 'internal'
}

/** The last transaction; it runs even when the call itself was answered before, so that no effect lacks its audit row. */
async function store(
  runtime: Runtime,
  call: ValidCall,
  key: CallKey | undefined,
  workflowId: string,
  result: ToolResult,
): Promise<ToolResult> {
  const audit = effectOf(call, result)
  if (key) await settleKey(runtime.db, key, workflowId, result, audit)
  else await acknowledge(runtime.db, [{ key, state: 'done', result, audit }])
  return result
}

async function begin(runtime: Runtime, call: ValidCall, key: CallKey | undefined): Promise<Begun> {
  const { tool } = call.compiled
  if (!('start' in tool)) throw new Error(`${tool.name} has no start`)
  const changed = new Set<string>()
  const begun = await runtime.db.transaction().execute(async (trx: AnyDatabase): Promise<Begun> => {
    if (key) {
      const [claim] = await claimKeys(trx, [key])
      if (claim?.kind === 'refuse') throw claim.error
      if (claim?.kind === 'replay') return { stored: claim.result }
      if (claim?.kind === 'approval') return claim
      if (claim?.kind === 'join') return { workflowId: claim.workflowId, handle: claim.workflowId }
    }
    const context = writeContext(runtime, call, trx, changed)
    const needed = await approvalNeeded(tool, call.args, context)
    if (needed) return propose(call, key, needed, context)
    await countAgainstProfile(trx, call.caller, tool)
    const started = await tool.start(call.args, context)
    await acknowledge(trx, [
      { key, state: 'in_flight', workflowId: started.workflowId, result: undefined, audit: undefined },
    ])
    return started
  })
  runtime.changes.publish(changed)
  return begun
}

/** What a call answers while its process goes on. */
export function inProgress(name: string, handle: string): ToolResult {
  return {
    structured: { status: 'in_progress', handle },
    text: `${name} is still running. Do not call it again; ask for ${handle} instead.`,
  }
}

/** The value, or undefined when the deadline passed or the client left first; the work goes on either way. */
export async function withinDeadline<T>(work: Promise<T>, ms: number, signal: AbortSignal): Promise<T | undefined> {
  const { promise: over, resolve } = Promise.withResolvers<undefined>()
  const timer = setTimeout(() => resolve(undefined), ms)
  const leave = () => resolve(undefined)
  signal.addEventListener('abort', leave, { once: true })
  try {
    return await Promise.race([work, over])
  } finally {
    clearTimeout(timer)
    signal.removeEventListener('abort', leave)
  }
}
