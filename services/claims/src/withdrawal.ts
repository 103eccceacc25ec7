import type { Kysely } from 'kysely'
import type { Claim } from './claim.ts'
import { setStatus } from './claim-status.ts'
import type { Tables } from './database-tables.ts'
import { closeRequest } from './evidence.ts'
import { reportClaim } from './facts.ts'

/** Ends a locked claim before any compensation. @throws {BusinessError} invalid_transition */
export async function withdraw(
  db: Kysely<Tables>,
  claim: Claim,
  { reason, actor }: { reason?: string | undefined; actor: string },
): Promise<void> {
  const cause = { type: 'claim.withdrawn', actor, data: reason === undefined ? {} : { reason_untrusted: reason } }
  const withdrawn = await setStatus(db, claim, 'withdrawn', cause, { sla_due: null })
  await closeRequest(db, claim)
  if (claim.status !== 'draft') await reportClaim(db, 'withdrawn', withdrawn)
}
