import { type DomainName, domainNames } from '@backroom/access'
import { Port, readSettings, sharedSettings } from '@backroom/configuration'
import { z } from 'zod'

/** What the gateway reads from its environment. */
export interface GatewaySettings {
  profile: 'demo' | 'production'
  /** Origin under which clients reach this gateway; every published URL starts with it. */
  publicUrl: string
  host: string
  port: number
  /** Where metrics are served, for the fleet alone; absent: nowhere. */
  internalPort?: number
  logLevel: string
  /** Origin of auth inside the fleet. */
  authUrl: string
  /** Origins of the deployed domains inside the fleet. */
  domainUrls: ReadonlyMap<DomainName, string>
  /** Web origins, besides our own, whose pages may call the domains. */
  allowedOrigins: readonly string[]
  /** Addresses or CIDR ranges of proxies in front of the gateway whose X-Forwarded-For is believed. */
  trustedProxies: readonly string[]
  /** Requests per minute that one address may send; 0 turns the limit off. */
  requestsPerMinute: number
}

const list = z
  .string()
  .default('')
  .transform((text) => text.split(',').flatMap((part) => part.trim() || []))

const domainVariables = Object.fromEntries(
  domainNames.map((domain) => [variableOf(domain), z.url().optional()]),
) as Record<DomainVariable, z.ZodOptional<z.ZodURL>>

type DomainVariable = `${Uppercase<DomainName>}_URL`

/**
 * Reads the environment of the gateway. A domain is deployed when its `<DOMAIN>_URL` is set.
 *
 * @throws {ConfigurationError} naming every variable that is missing or wrong
 */
export function readGatewaySettings(environment: NodeJS.ProcessEnv = process.env): GatewaySettings {
  const read = readSettings(
    {
      ...sharedSettings,
      PORT: Port.default(8000),
      INTERNAL_PORT: Port.optional(),
      AUTH_URL: z.url(),
      ALLOWED_ORIGINS: list,
      TRUSTED_PROXIES: list,
      RATE_LIMIT_PER_MINUTE: z.coerce.number().int().min(0).default(6000),
      ...domainVariables,
    },
    environment,
  )
  return {
    profile: read.BACKROOM_PROFILE,
    publicUrl: read.PUBLIC_URL,
    host: read.HOST,
    port: read.PORT,
    ...(read.INTERNAL_PORT === undefined ? {} : { internalPort: read.INTERNAL_PORT }),
    logLevel: read.LOG_LEVEL,
    authUrl: read.AUTH_URL,
    domainUrls: new Map(
      domainNames.flatMap((domain) => {
        const url = read[variableOf(domain)]
        return url ? [[domain, url] as const] : []
      }),
    ),
    allowedOrigins: read.ALLOWED_ORIGINS,
    trustedProxies: read.TRUSTED_PROXIES,
    requestsPerMinute: read.RATE_LIMIT_PER_MINUTE,
  }
}

function variableOf(domain: DomainName): DomainVariable {
  return `${domain.toUpperCase() as Uppercase<DomainName>}_URL`
}
