import { isConnectionLoss } from '@backroom/database'
import type { Tier } from '../define.ts'
import { BusinessError, type BusinessErrorBody } from '../errors.ts'
import type { CompiledTool } from '../tool-table.ts'

/** What a call produced: stored for replays, sent by every front in its own form. */
export interface ToolResult {
  structured: Record<string, unknown>
  /** One line for a reader that shows no structured content. */
  text: string
  /** Set when this is the stored answer of an earlier call with the same key. */
  replayed?: true
  /** Set when the call was laid before a person: what a client that can ask its user needs. */
  waitsFor?: { id: string; tier: Tier; url: string; message: string }
}

/** A result, or the error that the caller receives. */
export type Outcome = { ok: true; result: ToolResult } | { ok: false; error: BusinessErrorBody }

/** Thrown when a handler returned something that its own output schema refuses: a bug, never the caller's fault. */
export class OutputMismatch extends Error {}

/** Validates what a handler returned and renders its line. */
export function resultOf({ tool, output }: CompiledTool, returned: unknown, args: unknown): ToolResult {
  const parsed = output.safeParse(returned)
  if (!parsed.success)
    throw new OutputMismatch(`${tool.name} returned what its output schema refuses: ${parsed.error.message}`)
  return { structured: parsed.data as Record<string, unknown>, text: tool.text(parsed.data, args) }
}

const repeatable = new Set(['40001', '40P01'])

/** Whether Postgres undid the transaction for a reason that a second try cures. */
export function isRepeatable(error: unknown): boolean {
  const { code, constraint } = error as { code?: string; constraint?: string }
  return (code !== undefined && repeatable.has(code)) || (code === '23505' && constraint === 'idempotency_pkey')
}

/** The error body for whatever was thrown. Only a BusinessError's own words reach the caller. */
export function errorBodyOf(error: unknown, requestId: string): BusinessErrorBody {
  if (error instanceof BusinessError) return error.body
  if (isConnectionLoss(error)) return unavailable('The database of this service does not answer.').body
  if (isRepeatable(error)) {
    return new BusinessError('conflict', 'Too many calls changed the same rows at once. Try again.', {
      retryAfterMs: 200,
    }).body
  }
  return new BusinessError('internal', `Something went wrong here. Quote request ${requestId} to support.`).body
}

/** The service, or one that it needs, is out of reach for the moment. */
export function unavailable(what: string): BusinessError {
  return new BusinessError('unavailable', `${what} Nothing was acknowledged. Retry with the same idempotency key.`, {
    retryAfterMs: 1_000,
  })
}
