import { type DomainName, domainNames } from '@backroom/access'
import { connect } from '@backroom/database'
import type { FastifyBaseLogger } from 'fastify'
import { type ServiceAddresses, serviceClient } from './access/service-client.ts'
import { serviceIdentity } from './access/service-identity.ts'
import { withApprovals } from './approvals/admit.ts'
import { roundTrips } from './approvals/round-trip.ts'
import { auditTools } from './audit/tools.ts'
import { lastHeadOf } from './audit/trail.ts'
import { refusalLog } from './calls/audit.ts'
import { batchQueues } from './calls/batch.ts'
import type { Runtime } from './runtime.ts'
import type { Service } from './service.ts'
import type { ServiceSettings } from './settings.ts'
import { changeFeed } from './subscriptions/change-feed.ts'
import { compileTools } from './tool-table.ts'

/** What every front shares, without any front: stdio uses it as well. */
export function createRuntime(declared: Service, settings: ServiceSettings, { log }: { log: FastifyBaseLogger }) {
  const service = withApprovals(declared, () => runtime)
  const { domain } = service
  // biome-ignore lint/suspicious/noExplicitAny: the tables are the domain's own.
  const connection = connect<any>(settings.DATABASE_URL, {
    schema: domain,
    poolSize: settings.DATABASE_POOL,
    onError: (error) => log.warn({ err: error }, 'database connection lost; it is opened again on the next use'),
  })
  const runtime: Runtime = {
    service,
    tools: compileTools(domain, [...service.tools, ...auditTools(domain, lastHeadOf(domain, settings))]),
    publicUrl: settings.PUBLIC_URL,
    db: connection.db,
    log,
    refusals: refusalLog(connection.db, log),
    changes: changeFeed(settings.DATABASE_URL, connection.pool, domain, log),
    batches: batchQueues(),
    services: serviceClient(domain, addressesIn(settings), identityOf(domain, settings)),
    roundTrips: roundTrips(() => runtime, settings.SERVICE_KEY),
  }
  return { runtime, connection }
}

/** How a domain proves itself to auth and to other domains. */
export function identityOf(domain: DomainName, settings: ServiceSettings) {
  return serviceIdentity({
    clientId: domain,
    key: settings.SERVICE_KEY,
    publicUrl: settings.PUBLIC_URL,
    authInternalUrl: settings.AUTH_INTERNAL_URL,
  })
}

function addressesIn(settings: ServiceSettings): ServiceAddresses {
  const addresses: ServiceAddresses = {}
  for (const name of domainNames) {
    const address = settings[`${name.toUpperCase() as Uppercase<DomainName>}_URL`]
    if (address) addresses[name] = address.replace(/\/$/, '')
  }
  return addresses
}
