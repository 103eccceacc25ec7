import { impliedScopes } from '@backroom/access'
import type { ValidCall } from '../calls/call-tool.ts'
import { fingerprint } from '../calls/fingerprint.ts'
import { BusinessError } from '../errors.ts'
import type { Runtime } from '../runtime.ts'
import type { ApprovalRequest } from './request.ts'

/**
 * The stored call, as its requester made it.
 *
 * @throws {BusinessError} version_conflict when the tool, or what its arguments mean, is not what was asked for any more
 */
export function callOf(
  { tools }: Runtime,
  request: ApprovalRequest,
  approvers: readonly string[],
  scopesNow: Iterable<string> = [],
): ValidCall {
  const compiled = tools.get(request.tool)
  const parsed = compiled?.input.safeParse(request.arguments)
  if (!compiled || !parsed?.success || fingerprint(request.tool, parsed.data) !== request.arguments_digest)
    throw new BusinessError('version_conflict', `${request.tool} does not mean what it meant when it was asked for.`)
  const never = new AbortController().signal
  return {
    compiled,
    args: parsed.data,
    digest: request.arguments_digest,
    caller: { ...request.requester, scopes: impliedScopes(scopesNow) },
    requestId: request.id,
    traceId: request.trace_id ?? undefined,
    meta: { approvalId: request.id },
    approval: { id: request.id, approvers },
    signal: () => never,
    progress: () => undefined,
    // The requester is not here; a call that acts for them elsewhere is made in the name of their account.
    proof: () => ({ account: request.requester.username ?? request.requested_by }),
  }
}
