import type { AnyDatabase } from '../any-database.ts'
import { answerOf } from '../approvals/answer.ts'
import { approvalNeeded } from '../approvals/policy.ts'
import { type Proposed, propose } from '../approvals/propose.ts'
import { serviceBehind } from '../caller.ts'
import type { AnyContext, Tool } from '../define.ts'
import { BusinessError } from '../errors.ts'
import { type Request, type Runtime, readContext } from '../runtime.ts'
import { announcedUri } from '../subscriptions/announced-uri.ts'
import { type CompiledTool, isListed, permits } from '../tool-table.ts'
import type { AuditEntry } from './audit.ts'
import type { CallMeta } from './call-meta.ts'
import { countAgainstProfile } from './daily-limit.ts'
import { fingerprint } from './fingerprint.ts'
import { acknowledge, type CallKey, claimKeys } from './idempotency.ts'
import { observed } from './observed.ts'
import { errorBodyOf, isRepeatable, type Outcome, OutputMismatch, resultOf, type ToolResult } from './outcome.ts'
import { runStarted } from './start.ts'

/** One call of one tool. */
export interface ToolCall extends Request {
  compiled: CompiledTool
  /** As the caller sent them, not yet validated. */
  args: unknown
  meta: CallMeta
}

/** A call whose arguments are valid. */
export interface ValidCall extends ToolCall {
  args: Record<string, unknown>
  digest: string
  /** Set when the call was approved and is now executed. */
  approval?: AnyContext['approval']
  /** When the call came, by `performance.now()`. */
  startedAt?: number
}

const MAX_TRIES = 4

/**
 * What a tool call means, whatever front it came through: scope, arguments, repeat protection, approval policy, effect,
 * output check, audit. Never throws; whatever goes wrong is an error body, and nothing of the call remains then.
 */
export function callTool(runtime: Runtime, call: ToolCall): Promise<Outcome> {
  return observed(runtime.service.domain, call, () => outcomeOf(runtime, call))
}

async function outcomeOf(runtime: Runtime, call: ToolCall): Promise<Outcome> {
  const startedAt = performance.now()
  const { tool } = call.compiled
  const parsed = call.compiled.input.safeParse(call.args ?? {})
  const args = parsed.success ? parsed.data : asRecord(call.args)
  const digest = tool.effect === 'read' ? '' : fingerprint(tool.name, args)
  const valid: ValidCall = { ...call, args, digest, startedAt }
  try {
    if (!permits(call.caller, tool)) throw scopeMissing(tool)
    if (!parsed.success) throw invalidArguments(parsed.error.issues)
    return { ok: true, result: await run(runtime, valid) }
  } catch (error) {
    return refuse(runtime, valid, error)
  }
}

async function run(runtime: Runtime, call: ValidCall): Promise<ToolResult> {
  const { tool } = call.compiled
  if (tool.effect === 'read') {
    if (!('handle' in tool)) throw new Error(`${tool.name} only reads and must have handle`)
    return resultOf(call.compiled, await tool.handle(call.args, readContext(runtime, call)), call.args)
  }
  requireListed(call)
  const key = keyOf(call)
  if ('start' in tool) return runStarted(runtime, call, key)
  if ('handleBatch' in tool) return runtime.batches.add(runtime, call, key)
  return repeatedly(() => runHandled(runtime, call, key))
}

async function runHandled(runtime: Runtime, call: ValidCall, key: CallKey | undefined): Promise<ToolResult> {
  const { compiled, args } = call
  const changed = new Set<string>()
  const done = await runtime.db.transaction().execute(async (trx: AnyDatabase): Promise<ToolResult | Proposed> => {
    if (key) {
      const [claim] = await claimKeys(trx, [key])
      if (claim?.kind === 'replay') return claim.result
      if (claim?.kind === 'refuse') throw claim.error
      if (claim?.kind === 'approval') return claim
    }
    const context = writeContext(runtime, call, trx, changed)
    const needed = await approvalNeeded(compiled.tool, args, context)
    if (needed) return propose(call, key, needed, context)
    await countAgainstProfile(trx, call.caller, compiled.tool)
    if (!('handle' in compiled.tool)) throw new Error(`${compiled.tool.name} has no handle`)
    const result = resultOf(compiled, await compiled.tool.handle(args, context), args)
    await acknowledge(trx, [{ key, state: 'done', result, audit: effectOf(call, result) }])
    return result
  })
  runtime.changes.publish(changed)
  return 'approvalId' in done ? answerOf(runtime, done.approvalId) : done
}

/** Runs again when Postgres undid the transaction because of another one; the last failure is the caller's answer. */
export async function repeatedly<T>(work: () => Promise<T>): Promise<T> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await work()
    } catch (error) {
      if (attempt === MAX_TRIES || !isRepeatable(error)) throw error
      await new Promise((resolve) => setTimeout(resolve, Math.random() * 20 * attempt))
    }
  }
}

/** The context of a handler that writes: the call's own transaction, and no way to a remote call while it is open. */
export function writeContext(runtime: Runtime, call: ValidCall, trx: AnyDatabase, changed: Set<string>): AnyContext {
  return {
    ...readContext(runtime, call),
    ...(call.approval ? { approval: call.approval } : {}),
    db: trx,
    changed: (...uris) => {
      for (const uri of uris) changed.add(announcedUri(runtime.service, uri, call.caller))
    },
    callService: noRemoteCall,
    callAsCaller: noRemoteCall,
  }
}

const noRemoteCall = () =>
  Promise.reject(new Error('A transaction never waits for another service; use start and outcome.'))

/** A service writes here only as part of a process that the table of service calls names. */
function requireListed({ caller, compiled: { tool } }: ValidCall): void {
  const service = serviceBehind(caller)
  if (service === undefined || isListed(caller, tool)) return
  throw new BusinessError('policy_denied', `The service ${service} may not call ${tool.name}. Nothing was done.`)
}

/** The audit entry of a call that had its effect. */
export function effectOf(call: ValidCall, result: ToolResult): AuditEntry {
  return entryOf(call, 'effect', result.structured)
}

/** An audit entry about a call. */
export function entryOf(call: ValidCall, kind: AuditEntry['kind'], outcome: unknown): AuditEntry {
  const { caller, requestId, traceId, digest, args, compiled, meta, startedAt } = call
  const entry = { kind, caller, requestId, traceId, meta, tool: compiled.tool.name, digest, args, outcome }
  return startedAt === undefined ? entry : { ...entry, durationMs: performance.now() - startedAt }
}

function keyOf({ compiled: { tool }, args, caller, meta, digest }: ValidCall): CallKey | undefined {
  const explicit = (args.idempotency_key as string | undefined) ?? meta.key
  if (explicit !== undefined && !keyForm.test(explicit)) throw badKey()
  const common = { principal: caller.subject, operation: tool.name, client: caller.clientId, fingerprint: digest }
  if (explicit !== undefined) return { ...common, key: explicit, origin: 'explicit', forceNew: false }
  const rule = tool.repeat ?? 'key_required'
  if (rule === 'key_required') throw keyRequired(tool)
  if (rule !== 'suspicious') return undefined
  return { ...common, key: `same:${digest}`, origin: 'suspicion', forceNew: args.force_new === true }
}

const keyForm = /^.{1,255}$/s

const refusalCodes = new Set(['forbidden_scope', 'policy_denied', 'limit_exceeded'])

function refuse(runtime: Runtime, call: ValidCall, error: unknown): Outcome {
  const body = errorBodyOf(error, call.requestId)
  if (body.code === 'internal') {
    const kind = error instanceof OutputMismatch ? 'tool output refused by its schema' : 'tool failed'
    runtime.log.error({ err: error, tool: call.compiled.tool.name, request_id: call.requestId }, kind)
  }
  const refused = refusalCodes.has(body.code)
  if (refused || call.compiled.tool.effect !== 'read') {
    const digest = call.digest || fingerprint(call.compiled.tool.name, call.args)
    runtime.refusals.record(entryOf({ ...call, digest }, refused ? 'refusal' : 'failure', { code: body.code }))
  }
  return { ok: false, error: body }
}

function scopeMissing({ name, scope }: Tool): BusinessError {
  return new BusinessError('forbidden_scope', `${name} needs the scope ${scope}, which this token does not carry.`, {
    details: { scope },
    nextActions: [{ scope, hint: `Sign in again and allow ${scope}.` }],
  })
}

function keyRequired({ name }: Tool): BusinessError {
  return new BusinessError(
    'idempotency_key_required',
    `${name} needs an idempotency_key, so that a retry cannot act twice. Choose a value for this intent and reuse it when you retry.`,
    { nextActions: [{ tool: name, hint: 'Call again with idempotency_key set.' }] },
  )
}

function badKey(): BusinessError {
  return new BusinessError('invalid_argument', 'The idempotency key must have 1 to 255 characters.')
}

/** Turns validation issues into one sentence an agent can correct itself by. */
export function invalidArguments(issues: readonly { path: PropertyKey[]; message: string }[]): BusinessError {
  const problems = issues.map(({ path, message }) => ({ path: path.map(String).join('.'), problem: message }))
  const sentence = problems.map(({ path, problem }) => (path ? `${path}: ${problem}` : problem)).join('; ')
  return new BusinessError('invalid_argument', `The arguments are not valid. ${sentence}.`, { details: { problems } })
}

function asRecord(value: unknown): Record<string, unknown> {
  return value !== null && typeof value === 'object' && !Array.isArray(value) ? (value as Record<string, unknown>) : {}
}
