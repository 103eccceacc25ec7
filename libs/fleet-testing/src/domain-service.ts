import { type DomainName, resourceUrl, scopesOfRole, workingSet } from '@backroom/access'
import { accountClaims } from '@backroom/auth/account-claims'
import { demoAccounts } from '@backroom/auth/demo-accounts'
import {
  prepareService,
  type RunOptions,
  readServiceSettings,
  type ServerOptions,
  type Service,
  type ServiceServer,
} from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { type DecidedAs, decisions } from './decisions.ts'
import { PUBLIC_URL } from './issuer.ts'
import { type SigningAuthority, signingAuthority } from './signing-authority.ts'
import { domainDatabase } from './test-database.ts'
import { serviceClaims } from './token-endpoint.ts'
import { type RestAnswer, type ToolCalls, toolCalls } from './tool-calls.ts'

export interface DomainServiceOptions<Schema> extends Partial<RunOptions<Schema>>, ServerOptions {
  service: Service
  /** Migration folder of a service that stands in the place of its domain. Default: the domain's own. */
  migrations?: URL
  /** Settings that differ from those of a test, for example `WMS_URL` of a service that this one calls. */
  environment?: Record<string, string>
  /** Authority of another service, where both must accept each other's tokens. Default: one of its own. */
  authority?: SigningAuthority
  /** Changes a server before it listens. */
  prepare?(server: ServiceServer): void
}

/** One server of a domain service, listening on loopback in the process of the test. */
export interface DomainServer<Schema> extends Pick<ServiceServer, 'app' | 'runtime'>, ToolCalls {
  /** Origin, for example as `WMS_URL` of another service. */
  address: string
  /** Origin of its internal port. */
  internalAddress: string
  authority: SigningAuthority
  /** The server's own pool. */
  db: Kysely<Schema>
  /** Decides a request as auth does once a person said so on its page; by default `staff-approver1` agrees. */
  decide(approvalId: string, decided?: DecidedAs): Promise<RestAnswer>
}

/** A domain service with a database of its own. */
export interface DomainService<Schema> extends DomainServer<Schema> {
  /** Database URL of the owner, who may do everything. */
  ownerUrl: string
  /**
   * Token of a demo account (`demo1`, `warehouse`) for this service. `scope` is taken as it is; by default, everything
   * that the role is granted without being asked for by name.
   */
  tokenOf(username: string, scope?: string): Promise<string>
  /** Token of another service for this one; `scope` as it is, by default what that service may ask for. */
  tokenOfService(client: DomainName, scope?: string): Promise<string>
  /** Starts another server on the same database and authority; `stop` ends it too. */
  replica(changes?: Pick<DomainServiceOptions<Schema>, 'environment' | 'direct'>): Promise<DomainServer<Schema>>
  stop(): Promise<void>
}

/** Starts a domain service as its `main.ts` would, in the demo profile, with an authority that signs every token. */
export async function startDomainService<Schema>(
  options: DomainServiceOptions<Schema>,
): Promise<DomainService<Schema>> {
  const { domain } = options.service
  const authority = options.authority ?? (await signingAuthority())
  const database = await domainDatabase(domain, options.migrations)
  const servers: DomainServer<Schema>[] = []
  const start = async (changes: Pick<DomainServiceOptions<Schema>, 'environment' | 'direct'> = {}) => {
    const environment = { DATABASE_URL: database.url, ...options.environment, ...changes.environment }
    const server = await startServer({ ...options, ...changes, environment }, authority)
    servers.push(server)
    return server
  }
  const aud = resourceUrl(PUBLIC_URL, domain)
  return {
    ...(await start()),
    ownerUrl: database.ownerUrl,
    tokenOf(username, scope) {
      const account = demoAccounts.find((one) => one.username === username)
      if (!account) throw new Error(`There is no demo account ${username}`)
      const granted = scopesOfRole(account.role, domain).filter((name) => workingSet(domain).includes(name))
      const claims = { ...accountClaims(account, domain), sub: account.sub, scope: scope ?? granted.join(' ') }
      return authority.sign({ aud, ...claims })
    },
    tokenOfService: (client, scope) => authority.sign({ aud, ...serviceClaims(client, domain, scope) }),
    replica: start,
    async stop() {
      await Promise.all(servers.map(({ app }) => app.close()))
      if (!options.authority) await authority.close()
      await database.drop()
    },
  }
}

async function startServer<Schema>(
  { service, environment, prepare, ...options }: DomainServiceOptions<Schema>,
  authority: SigningAuthority,
): Promise<DomainServer<Schema>> {
  const settings = readServiceSettings({
    BACKROOM_PROFILE: 'demo',
    PUBLIC_URL,
    LOG_LEVEL: process.env.LOG_LEVEL ?? 'silent',
    PORT: '0',
    INTERNAL_PORT: '0',
    AUTH_URL: authority.url,
    AUTH_INTERNAL_URL: authority.url,
    SERVICE_KEY: authority.serviceKey,
    CALLS_PER_MINUTE: '100000',
    ...environment,
  })
  const server = await prepareService(service, settings, options)
  const { app, internal, runtime, connection } = server
  prepare?.(server)
  const { domain } = service
  const loopback = { host: '127.0.0.1', port: 0 }
  const [address, internalAddress] = await Promise.all([app.listen(loopback), internal.listen(loopback)])
  const decide = decisions({ address, internalAddress, domain, authority })
  return { address, internalAddress, authority, app, runtime, db: connection.db, decide, ...toolCalls(address, domain) }
}
