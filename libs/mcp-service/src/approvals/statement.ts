import { type DomainName, issuerOf } from '@backroom/access'
import { type JWTVerifyGetKey, jwtVerify } from 'jose'
import { decisionAudience, STATEMENT_LIFETIME_S, STATEMENT_TYPE, StatementClaims } from './contract.ts'
import type { Verdict } from './decide.ts'

const CLOCK_TOLERANCE_S = 5

/** A decision with whom it believes to be the requester. */
export type Statement = Verdict & { requester: { subject: string; clientId: string } }

/**
 * Reads a decision that auth signed for this domain less than a minute ago.
 *
 * @throws {errors.JOSEError | z.ZodError} for anything else
 */
export async function readStatement(
  jwt: string,
  { keys, publicUrl, domain }: { keys: JWTVerifyGetKey; publicUrl: string; domain: DomainName },
): Promise<Statement> {
  const { payload } = await jwtVerify(jwt, keys, {
    issuer: issuerOf(publicUrl),
    audience: decisionAudience(publicUrl, domain),
    algorithms: ['ES256'],
    typ: STATEMENT_TYPE,
    maxTokenAge: STATEMENT_LIFETIME_S,
    clockTolerance: CLOCK_TOLERANCE_S,
    requiredClaims: ['exp', 'iat', 'sub', 'jti'],
  })
  const claims = StatementClaims.parse(payload)
  return {
    approvalId: claims.approval_id,
    verdict: claims.verdict,
    comment: claims.comment,
    approver: claims.sub,
    methods: claims.amr,
    statementId: claims.jti,
    seen: {
      argumentsDigest: claims.arguments_digest,
      subjectVersion: claims.subject_version,
      policyVersion: claims.policy_version,
    },
    scopesNow: claims.requester.scopes_now,
    requester: { subject: claims.requester.sub, clientId: claims.requester.client_id },
  }
}
