import { traceparentIn } from '@backroom/telemetry'
import { type Caller, serviceBehind } from '../caller.ts'

/** What a call says about itself beside its arguments. */
export interface CallMeta {
  /** Idempotency key from outside the arguments. */
  key?: string | undefined
  /** The process of another service that the call is a step of. */
  workflowId?: string | undefined
  /** The approval that the process was begun with. */
  approvalId?: string | undefined
  /** How long the calling service waits for the answer, in milliseconds. */
  timeoutMs?: number | undefined
  /** Where the caller's own trace stands (W3C Trace Context). */
  traceparent?: string | undefined
}

const MAX_ID_LENGTH = 255

/** Reads the `_meta` of a call. Processes and deadlines are believed of services alone. */
export function callMeta(meta: unknown, caller: Caller): CallMeta {
  if (meta === null || typeof meta !== 'object') return {}
  const members = meta as Record<string, unknown>
  const key = members['idempotency-key']
  const keyed = { ...(typeof key === 'string' ? { key } : {}), traceparent: traceparentIn(meta) }
  if (serviceBehind(caller) === undefined) return keyed
  const timeoutMs = members['timeout-ms']
  return {
    ...keyed,
    workflowId: idIn(members['workflow-id']),
    approvalId: idIn(members['approval-id']),
    timeoutMs: typeof timeoutMs === 'number' && timeoutMs > 0 ? timeoutMs : undefined,
  }
}

/** The `_meta` that {@link callMeta} reads. */
export function metaOf({ key, workflowId, approvalId, timeoutMs, traceparent }: CallMeta): Record<string, unknown> {
  return {
    ...(key === undefined ? {} : { 'idempotency-key': key }),
    ...(workflowId === undefined ? {} : { 'workflow-id': workflowId }),
    ...(approvalId === undefined ? {} : { 'approval-id': approvalId }),
    ...(timeoutMs === undefined ? {} : { 'timeout-ms': timeoutMs }),
    ...(traceparent === undefined ? {} : { traceparent }),
  }
}

function idIn(value: unknown): string | undefined {
  return typeof value === 'string' && value.length <= MAX_ID_LENGTH ? value : undefined
}
