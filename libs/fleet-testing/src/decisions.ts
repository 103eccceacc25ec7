import { randomUUID } from 'node:crypto'
import { type DomainName, resourceUrl, scopesOf } from '@backroom/access'
import { ApprovalShape, decisionAudience, STATEMENT_TYPE } from '@backroom/mcp-service/approval-contract'
import { PUBLIC_URL } from './issuer.ts'
import type { SigningAuthority } from './signing-authority.ts'
import { type RestAnswer, toolCalls } from './tool-calls.ts'

/** How somebody decides a request. */
export interface DecidedAs {
  /** Subject of the person. Default: `staff-approver1`. */
  by?: string
  /** Default: approve. */
  verdict?: 'approve' | 'reject'
  comment?: string
  /** What the requester may do now. Default: everything. */
  scopesNow?: readonly string[]
  /** Changes claims of the statement; `undefined` removes one. */
  claims?: Record<string, unknown>
  /** Changes its header. */
  header?: Record<string, unknown>
  /** Sends this instead of a statement that is signed for the decision. */
  statement?: string
}

interface Where {
  address: string
  internalAddress: string
  domain: DomainName
  authority: SigningAuthority
}

/** Signs decisions as auth does, and sends them to the internal port of one server. */
export function decisions({ address, internalAddress, domain, authority }: Where) {
  const { call } = toolCalls(address, domain)
  const aud = resourceUrl(PUBLIC_URL, domain)

  const statementOf = async (id: string, decided: DecidedAs): Promise<string> => {
    const token = authority.sign({ aud, sub: 'auth', client_id: 'auth', gid: undefined, scope: `${domain}:approvals` })
    const shown = ApprovalShape.parse((await call('get_approval', { approval_id: id }, { token })).structuredContent)
    const { by = 'staff-approver1', verdict = 'approve', comment, scopesNow = scopesOf(domain) } = decided
    return authority.sign(
      {
        aud: decisionAudience(PUBLIC_URL, domain),
        sub: by,
        jti: randomUUID(),
        amr: ['pwd', 'otp', 'mfa'],
        approval_id: id,
        verdict,
        comment,
        arguments_digest: shown.arguments_digest,
        subject_version: shown.subject_version,
        policy_version: shown.policy_version,
        requester: { sub: shown.requested_by, client_id: shown.client_id, scopes_now: scopesNow },
        ...decided.claims,
      },
      { typ: STATEMENT_TYPE, ...decided.header },
    )
  }
  return async (id: string, decided: DecidedAs = {}): Promise<RestAnswer> => {
    const statement = decided.statement ?? (await statementOf(id, decided))
    const answer = await fetch(`${internalAddress}/internal/approvals/${id}/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ statement }),
    })
    return { status: answer.status, body: await answer.json() }
  }
}
