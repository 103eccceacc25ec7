import { randomUUID } from 'node:crypto'
import { join } from 'node:path'
import { type DomainName, domainNames, issuerOf } from '@backroom/access'
import { readAuthKeys } from '@backroom/auth/keys'
import type { TestFleet } from '@backroom/fleet-testing'
import {
  type ApprovalView,
  decisionAudience,
  STATEMENT_LIFETIME_S,
  STATEMENT_TYPE,
} from '@backroom/mcp-service/approval-contract'
import { importJWK, SignJWT } from 'jose'

/** What somebody says about a request. */
export interface Said {
  approver: string
  verdict: 'approve' | 'reject'
  scopesNow: readonly string[]
  /** Audience instead of the domain that keeps the request. */
  forDomain?: DomainName
}

/** Signs a decision with the key of a fleet's auth, as auth does once a person decided on its page. */
export async function signedDecision(
  { publicUrl, data }: Pick<TestFleet, 'publicUrl' | 'data'>,
  domain: DomainName,
  approval: ApprovalView,
  { approver, verdict, scopesNow, forDomain = domain }: Said,
): Promise<string> {
  const [key] = readAuthKeys(join(data, 'keys', 'auth.json')).signing
  return new SignJWT({
    amr: ['pwd', 'otp', 'mfa'],
    approval_id: approval.approval_id,
    verdict,
    arguments_digest: approval.arguments_digest,
    subject_version: approval.subject_version,
    policy_version: approval.policy_version,
    requester: { sub: approval.requested_by, client_id: approval.client_id, scopes_now: scopesNow },
  })
    .setProtectedHeader({ alg: 'ES256', typ: STATEMENT_TYPE, kid: key?.kid ?? '' })
    .setIssuer(issuerOf(publicUrl))
    .setSubject(approver)
    .setAudience(decisionAudience(publicUrl, forDomain))
    .setJti(randomUUID())
    .setIssuedAt()
    .setExpirationTime(`${STATEMENT_LIFETIME_S}s`)
    .sign(await importJWK(key ?? {}, 'ES256'))
}

const FIRST_INTERNAL_PORT = 201

/** Brings a decision to a domain on its internal port; undefined when the domain did not answer. */
export async function deliver(
  { port }: Pick<TestFleet, 'port'>,
  domain: DomainName,
  id: string,
  statement: string,
): Promise<{ status: number; body: Record<string, unknown> } | undefined> {
  const internal = port + FIRST_INTERNAL_PORT + domainNames.indexOf(domain)
  try {
    const answer = await fetch(`http://127.0.0.1:${internal}/internal/approvals/${id}/decision`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ statement }),
      signal: AbortSignal.timeout(10_000),
    })
    return { status: answer.status, body: (await answer.json()) as Record<string, unknown> }
  } catch {
    // It was killed a moment ago.
    return undefined
  }
}
