import type { DomainName } from '@backroom/access'
import { headFolder, lastHead, type Sealer, type SignedHead, signHead, startSealer } from '@backroom/audit'
import type { FastifyBaseLogger } from 'fastify'
import type { JWK } from 'jose'
import type { AnyDatabase } from '../any-database.ts'
import type { ServiceSettings } from '../settings.ts'

/** The signed end of the chain that this process and its siblings kept last; undefined when none is kept. */
export type LastHead = () => Promise<SignedHead | undefined>

type HeadSettings = Pick<ServiceSettings, 'AUDIT_HEADS' | 'SERVICE_KEY'>

/** Reads what {@link sealTrail} kept. */
export function lastHeadOf(domain: DomainName, { AUDIT_HEADS, SERVICE_KEY }: HeadSettings): LastHead {
  if (!AUDIT_HEADS) return async () => undefined
  const heads = headFolder(AUDIT_HEADS)
  const key = JSON.parse(SERVICE_KEY) as JWK
  return () => lastHead(heads, domain, [key])
}

/** Seals the trail of a domain, and keeps its signed end where AUDIT_HEADS says. */
export function sealTrail(domain: DomainName, settings: HeadSettings, db: AnyDatabase, log: FastifyBaseLogger): Sealer {
  const { AUDIT_HEADS, SERVICE_KEY } = settings
  const heads = AUDIT_HEADS ? headFolder(AUDIT_HEADS) : undefined
  const key = JSON.parse(SERVICE_KEY) as JWK
  return startSealer({
    db,
    keep: async (end) => heads?.write(domain, await signHead(domain, end, key)),
    last: lastHeadOf(domain, settings),
    onError: (error) => log.error({ err: error }, 'the end of the audit trail was not signed'),
  })
}
