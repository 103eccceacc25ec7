import type { FastifyBaseLogger } from 'fastify'
import type { JWTPayload } from 'jose'
import { z } from 'zod'

/** Tokens that were withdrawn before their time. */
export interface DenyList {
  denies(claims: JWTPayload): boolean
  /** Milliseconds since auth last told what is withdrawn. */
  ageMs(): number
  close(): void
}

const POLL_MS = 2_000
const STALE_ALARM_MS = 30_000
const kinds = ['gid', 'jti', 'sub', 'client_id'] as const

const Answer = z.object({
  entries: z.array(
    z.object({
      seq: z.number(),
      kind: z.enum(kinds),
      id: z.string(),
      until: z.number(),
      issued_before: z.number().optional(),
    }),
  ),
  next: z.number(),
})

/** How long an entry counts, and for tokens issued until when; epoch seconds. */
interface Denial {
  until: number
  issuedBefore: number
}

/**
 * Polls auth every two seconds for revoked grants, tokens, subjects and clients. While auth is away the last list stays
 * in force, and an alarm is logged after 30 s.
 */
export function pollDenyList(
  authInternalUrl: string,
  assertion: () => Promise<string>,
  log: FastifyBaseLogger,
): DenyList {
  const denied = new Map<string, Denial>()
  let since = 0
  let lastAnswer = Date.now()
  let alarmed = false

  const poll = async () => {
    const answer = await fetch(`${authInternalUrl}/internal/revocations?since=${since}`, {
      headers: { authorization: `Bearer ${await assertion()}` },
      signal: AbortSignal.timeout(POLL_MS),
    })
    if (!answer.ok) throw new Error(`auth answered ${answer.status}`)
    const { entries, next } = Answer.parse(await answer.json())
    for (const { kind, id, until, issued_before: issuedBefore = Number.POSITIVE_INFINITY } of entries)
      denied.set(`${kind}:${id}`, { until, issuedBefore })
    since = next
    lastAnswer = Date.now()
    alarmed = false
    for (const [name, { until }] of denied) if (until * 1_000 < lastAnswer) denied.delete(name)
  }
  const timer = setInterval(() => {
    poll().catch((error) => {
      if (alarmed || Date.now() - lastAnswer < STALE_ALARM_MS) return
      alarmed = true
      log.error({ err: error }, 'revocations have not been updated for 30 s; the last list stays in force')
    })
  }, POLL_MS)
  timer.unref()
  poll().catch(() => undefined)
  return {
    denies: (claims) =>
      denied.size > 0 &&
      kinds.some((kind) => {
        const denial = denied.get(`${kind}:${String(claims[kind])}`)
        return denial !== undefined && (claims.iat ?? 0) <= denial.issuedBefore
      }),
    ageMs: () => Date.now() - lastAnswer,
    close: () => clearInterval(timer),
  }
}
