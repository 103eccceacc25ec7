/** The one small set of business error codes (README, "Errors"). Protocol faults are JSON-RPC errors, not these. */
export type ErrorCode =
  | 'not_found'
  | 'invalid_argument'
  | 'conflict'
  | 'version_conflict'
  | 'insufficient_stock'
  | 'invalid_transition'
  | 'idempotency_conflict'
  | 'idempotency_in_flight'
  | 'idempotency_key_required'
  | 'forbidden_scope'
  | 'policy_denied'
  | 'limit_exceeded'
  | 'provider_unknown_outcome'
  | 'unavailable'
  | 'internal'

/** A step that the caller can take next, in a form that an agent can act on. */
export interface NextAction {
  tool?: string
  scope?: string
  arguments?: Record<string, unknown>
  hint?: string
}

/** What a caller receives when a tool cannot do what was asked. */
export interface BusinessErrorBody {
  code: ErrorCode
  message: string
  retryable: boolean
  retry_after_ms?: number
  details: Record<string, unknown>
  next_actions: NextAction[]
}

interface BusinessErrorOptions {
  details?: Record<string, unknown>
  nextActions?: NextAction[]
  /** Set when the same call can succeed later; milliseconds to wait. */
  retryAfterMs?: number
  /** Members that an origin contract promises beside the standard ones, such as `error: "Not found"`. */
  alongside?: Record<string, unknown>
}

/**
 * The only error that a domain throws on purpose. It rolls the call's transaction back and reaches the caller as
 * {@link BusinessErrorBody}. The message says in plain words what is wrong and what to do.
 */
export class BusinessError extends Error {
  readonly body: BusinessErrorBody

  constructor(
    code: ErrorCode,
    message: string,
    { details = {}, nextActions = [], retryAfterMs, alongside }: BusinessErrorOptions = {},
  ) {
    super(message)
    this.body = {
      ...alongside,
      code,
      message,
      retryable: retryAfterMs !== undefined,
      ...(retryAfterMs === undefined ? {} : { retry_after_ms: retryAfterMs }),
      details,
      next_actions: nextActions,
    }
  }
}

/** The error that a stored or received body stands for. */
export function businessErrorOf(body: BusinessErrorBody): BusinessError {
  const { code, message, details, next_actions, retry_after_ms, retryable: _, ...alongside } = body
  return new BusinessError(code, message, {
    details,
    nextActions: next_actions,
    alongside,
    ...(retry_after_ms === undefined ? {} : { retryAfterMs: retry_after_ms }),
  })
}
