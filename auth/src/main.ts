import { domainNames } from '@backroom/access'
import { ConfigurationError, Port, readSettings, sharedSettings } from '@backroom/configuration'
import { awaitSchema } from '@backroom/database'
import { createLogger, serve } from '@backroom/http-server'
import { startTracing } from '@backroom/telemetry'
import { mountMetrics } from '@backroom/telemetry/metrics'
import { z } from 'zod'
import type { DomainAddresses } from './approvals/domains.ts'
import { createAuthServer } from './server.ts'

/** Where each domain is reached: `WMS_URL` and `WMS_INTERNAL_URL`, and so on. One without both is not part of the fleet. */
const addressSettings = Object.fromEntries(
  domainNames.flatMap((domain) =>
    ['URL', 'INTERNAL_URL'].map((kind) => [`${domain.toUpperCase()}_${kind}`, z.url().optional()]),
  ),
)

const main = async () => {
  const settings = readSettings({
    ...sharedSettings,
    PORT: Port.default(8100),
    INTERNAL_PORT: Port.default(8200),
    DATABASE_URL: z.url(),
    AUTH_KEYS_FILE: z.string(),
    SERVICE_KEYS_FILE: z.string(),
    AUDIT_HEADS: z.string().min(1).optional(),
    RATE_LIMIT_FACTOR: z.coerce.number().positive().optional(),
    ...addressSettings,
  })
  await startTracing('auth')
  const log = createLogger('auth', settings.LOG_LEVEL)
  await awaitSchema(settings.DATABASE_URL, 'auth', (reason) => log.warn(`waiting: ${reason}`))
  const { app, internal } = await createAuthServer({
    publicUrl: settings.PUBLIC_URL,
    profile: settings.BACKROOM_PROFILE,
    databaseUrl: settings.DATABASE_URL,
    authKeysFile: settings.AUTH_KEYS_FILE,
    serviceKeysFile: settings.SERVICE_KEYS_FILE,
    domains: addressesIn(settings),
    logLevel: settings.LOG_LEVEL,
    ...(settings.AUDIT_HEADS ? { auditHeads: settings.AUDIT_HEADS } : {}),
    ...(settings.RATE_LIMIT_FACTOR ? { limitFactor: settings.RATE_LIMIT_FACTOR } : {}),
  })
  mountMetrics(internal, 'auth')
  await serve([
    { app: internal, host: settings.HOST, port: settings.INTERNAL_PORT },
    { app, host: settings.HOST, port: settings.PORT },
  ])
}

function addressesIn(settings: Record<string, unknown>): DomainAddresses {
  const addresses: DomainAddresses = {}
  for (const domain of domainNames) {
    const url = settings[`${domain.toUpperCase()}_URL`]
    const internalUrl = settings[`${domain.toUpperCase()}_INTERNAL_URL`]
    if (typeof url === 'string' && typeof internalUrl === 'string') addresses[domain] = { url, internalUrl }
  }
  return addresses
}

main().catch((error: Error) => {
  console.error(error instanceof ConfigurationError ? error.message : error)
  process.exit(1)
})
