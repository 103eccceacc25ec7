import { randomUUID } from 'node:crypto'
import { type DomainName, domainNames, issuerOf, resourceUrl } from '@backroom/access'
import {
  ApprovalList,
  ApprovalShape,
  type ApprovalStatus,
  type ApprovalView,
  decisionAudience,
  STATEMENT_LIFETIME_S,
  STATEMENT_TYPE,
  type StatementClaims,
} from '@backroom/mcp-service/approval-contract'
import { importJWK, SignJWT } from 'jose'
import { z } from 'zod'
import type { Engine } from '../provider/engine.ts'

/** Where a domain is reached inside the fleet: its port for callers, and the one for auth alone. */
export interface DomainAddress {
  url: string
  internalUrl: string
}

export type DomainAddresses = Partial<Record<DomainName, DomainAddress>>

/** What a domain answered to a decision. */
export type DecisionAnswer = { approval: ApprovalView } | { refusal: string } | 'no_answer'

/** The requests of all domains, as auth sees and decides them. */
export interface ApprovalDomains {
  /** Domains of this fleet. */
  names: readonly DomainName[]
  /**
   * Requests of one domain, the newest first.
   *
   * @throws when it does not answer in time
   */
  list(domain: DomainName, status: ApprovalStatus | 'any'): Promise<ApprovalView[]>
  /**
   * One request; undefined when there is none.
   *
   * @throws when the domain does not answer in time
   */
  get(domain: DomainName, id: string): Promise<ApprovalView | undefined>
  /** Tells a domain what a person decided; a statement that did not arrive can be sent again. */
  decide(domain: DomainName, statement: StatementClaims): Promise<DecisionAnswer>
}

const CLIENT_ID = 'auth'
const ALGORITHM = 'ES256'
const LIST_TIMEOUT_MS = 1_000
const TIMEOUT_MS = 8_000
const PAGE = 100

const ToolAnswer = z.object({ result: z.object({ structuredContent: z.unknown(), isError: z.boolean().optional() }) })
const Refusal = z.object({ message: z.string() })

/** The domains at these addresses. Auth proves itself by its own signature. */
export function createApprovalDomains(engine: Engine, addresses: DomainAddresses): ApprovalDomains {
  const { publicUrl } = engine.parts

  const sign = async (
    claims: object,
    { typ, aud, sub }: { typ: string; aud: string; sub: string },
  ): Promise<string> => {
    const [key] = engine.parts.keys.signing
    return new SignJWT({ ...claims })
      .setProtectedHeader({ alg: ALGORITHM, typ, kid: key?.kid ?? '' })
      .setIssuer(issuerOf(publicUrl))
      .setSubject(sub)
      .setAudience(aud)
      .setIssuedAt()
      .setExpirationTime(`${STATEMENT_LIFETIME_S}s`)
      .sign(await importJWK(key ?? {}, ALGORITHM))
  }

  const call = async (domain: DomainName, tool: string, args: object, timeoutMs: number) => {
    const claims = { client_id: CLIENT_ID, scope: `${domain}:approvals`, jti: randomUUID() }
    const token = await sign(claims, { typ: 'at+jwt', aud: resourceUrl(publicUrl, domain), sub: CLIENT_ID })
    const answer = await fetch(`${addresses[domain]?.url}/${domain}/mcp`, {
      method: 'POST',
      signal: AbortSignal.timeout(timeoutMs),
      headers: {
        authorization: `Bearer ${token}`,
        'content-type': 'application/json',
        accept: 'application/json, text/event-stream',
        'mcp-protocol-version': '2025-11-25',
      },
      body: JSON.stringify({ jsonrpc: '2.0', id: 1, method: 'tools/call', params: { name: tool, arguments: args } }),
    })
    if (!answer.ok) throw new Error(`${domain} answered ${answer.status}`)
    return ToolAnswer.parse(await answer.json()).result
  }

  return {
    names: domainNames.filter((name) => addresses[name]),

    async list(domain, status) {
      const { structuredContent } = await call(domain, 'list_approvals', { status, limit: PAGE }, LIST_TIMEOUT_MS)
      return ApprovalList.parse(structuredContent).items
    },

    async get(domain, id) {
      const { structuredContent, isError } = await call(domain, 'get_approval', { approval_id: id }, TIMEOUT_MS)
      return isError ? undefined : ApprovalShape.parse(structuredContent)
    },

    async decide(domain, claims) {
      const { sub } = claims
      const statement = await sign(claims, { typ: STATEMENT_TYPE, aud: decisionAudience(publicUrl, domain), sub })
      const path = `/internal/approvals/${encodeURIComponent(claims.approval_id)}/decision`
      try {
        const answer = await fetch(`${addresses[domain]?.internalUrl}${path}`, {
          method: 'POST',
          signal: AbortSignal.timeout(TIMEOUT_MS),
          headers: { 'content-type': 'application/json' },
          body: JSON.stringify({ statement }),
        })
        const body: unknown = await answer.json()
        if (answer.ok) return { approval: ApprovalShape.parse(body) }
        return answer.status < 500 ? { refusal: Refusal.parse(body).message } : 'no_answer'
      } catch {
        // The domain is away or was cut off: nobody knows whether the decision arrived, and it counts once in any case.
        return 'no_answer'
      }
    },
  }
}
