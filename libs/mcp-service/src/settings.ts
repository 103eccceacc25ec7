import { type DomainName, domainNames } from '@backroom/access'
import { Port, readSettings, sharedSettings } from '@backroom/configuration'
import { z } from 'zod'

/** What a domain server reads from its environment. */
export type ServiceSettings = ReturnType<typeof readServiceSettings>

const serviceAddresses = Object.fromEntries(
  domainNames.map((domain) => [`${domain.toUpperCase()}_URL`, z.url().optional()]),
) as Record<`${Uppercase<DomainName>}_URL`, z.ZodOptional<z.ZodURL>>

/**
 * Reads the environment of a domain server.
 *
 * @throws {ConfigurationError} naming every variable that is missing or wrong
 */
export function readServiceSettings(environment: NodeJS.ProcessEnv = process.env) {
  return readSettings(
    {
      ...sharedSettings,
      PORT: Port,
      INTERNAL_PORT: Port,
      DATABASE_URL: z.string().min(1),
      /** Connections to Postgres that this process may hold. */
      DATABASE_POOL: z.coerce.number().int().positive().default(8),
      /** Origin of auth inside the fleet; keys and tokens are fetched there. */
      AUTH_URL: z.url(),
      /** Origin of auth's internal port; revocations are polled there. */
      AUTH_INTERNAL_URL: z.url(),
      /** Private key of this service as JWK text; with it the service proves itself to auth. */
      SERVICE_KEY: z.string().min(1),
      /** Folder for the signed end of the audit chain; it belongs on another disk than the database. */
      AUDIT_HEADS: z.string().min(1).optional(),
      /** Calls per minute that one caller may make through one client. */
      CALLS_PER_MINUTE: z.coerce.number().int().positive().default(1_200),
      ...serviceAddresses,
    },
    environment,
  )
}
