import {
  clientProfiles,
  type DomainName,
  domainNames,
  domains,
  type ProfileName,
  resourceUrl,
  scopesOf,
  scopesOfRole,
  workingSet,
} from '@backroom/access'
import { type Client, errors, type KoaContextWithOIDC, type ResourceServer } from 'oidc-provider'
import { accountOf } from './claims.ts'
import { DEMO_LOGIN_CLIENT, DEMO_LOGIN_LIFETIME } from './static-clients.ts'

const STEP_UP_SCOPE = 'payments:release_hold'
const STEP_UP_MAX_AGE = 300
const authorizationRoutes = new Set(['authorization', 'pushed_authorization_request'])

/** Which tokens exist: one audience per domain, and for each client and person the scopes that may be in it. */
export interface ResourcePolicy {
  domainOf(resource: string): DomainName | undefined
  getResourceServerInfo(ctx: KoaContextWithOIDC, resource: string, client: Client): ResourceServer
  defaultResource(ctx: KoaContextWithOIDC, client: Client | undefined, oneOf?: readonly string[]): string | string[]
}

/** The policy of an installation whose resources live below `publicUrl`. */
export function createResourcePolicy(publicUrl: string): ResourcePolicy {
  const domainByUrl = new Map(domainNames.map((domain) => [resourceUrl(publicUrl, domain), domain]))
  const domainOf = (resource: string) => domainByUrl.get(resource)

  return {
    domainOf,

    getResourceServerInfo(ctx, resource, client) {
      const domain = domainOf(resource)
      if (!domain) throw new errors.InvalidTarget('no server of this installation has this resource identifier')
      completeRequest(ctx, domain)
      const scopes = permittedScopes(ctx, domain, client)
      refuseUnlessPermitted(ctx, scopes)
      return {
        scope: scopes.join(' '),
        audience: resource,
        accessTokenFormat: 'jwt',
        accessTokenTTL: client.clientId === DEMO_LOGIN_CLIENT ? DEMO_LOGIN_LIFETIME : domains[domain].tokenLifetime,
        jwt: { sign: { alg: 'ES256' } },
      }
    },

    defaultResource(ctx, _client, oneOf) {
      if (oneOf) return [...oneOf]
      const named = new Set(requestedScopes(ctx).map((scope) => scope.split(':', 1)[0]))
      const [domain, ...others] = domainNames.filter((name) => named.has(name))
      if (domain && others.length === 0) return resourceUrl(publicUrl, domain)
      throw new errors.InvalidTarget('name the server in the parameter resource')
    },
  }
}

/** The profile that an administrator gave a client; undefined for any other client. */
export function profileOf(client: Client | undefined): ProfileName | undefined {
  return client?.mcp_profile as ProfileName | undefined
}

/** Older hosts send no scope, and no host knows that releasing a hold needs a fresh sign-in: both are filled in. */
function completeRequest(ctx: KoaContextWithOIDC, domain: DomainName): void {
  const params = ctx.oidc.params
  if (!params || !authorizationRoutes.has(ctx.oidc.route)) return
  const requested = requestedScopes(ctx)
  if (!requested.some((scope) => scope.includes(':'))) params.scope = [...requested, ...workingSet(domain)].join(' ')
  if (requested.includes(STEP_UP_SCOPE))
    params.max_age = String(Math.min(Number(params.max_age ?? STEP_UP_MAX_AGE), STEP_UP_MAX_AGE))
}

/** client ∩ role; the person's choice on the consent page narrows it further. */
function permittedScopes(ctx: KoaContextWithOIDC, domain: DomainName, client: Client): string[] {
  const profile = profileOf(client)
  const ofClient: readonly string[] | undefined = profile
    ? clientProfiles[profile].scopes
    : (client.mcp_allowed_scopes as string[] | undefined)
  const grantType = ctx.oidc.params?.grant_type
  if (grantType === 'client_credentials') return scopesOf(domain).filter((scope) => ofClient?.includes(scope))
  const account = accountOf(ctx)
  const ofRole = ctx.oidc.route === 'token' && account ? scopesOfRole(account.role, domain) : undefined
  return [...workingSet(domain), ...scopesOf(domain, 'restricted')].filter(
    (scope) =>
      (!ofClient || ofClient.includes(scope)) &&
      (!ofRole || ofRole.includes(scope)) &&
      !(scope === STEP_UP_SCOPE && grantType === 'refresh_token'),
  )
}

/** A token without any scope would still be a valid one for its audience, so none is issued. */
function refuseUnlessPermitted(ctx: KoaContextWithOIDC, scopes: string[]): void {
  if (!scopes.length) throw new errors.InvalidTarget('this client may not use this server')
  if (ctx.oidc.route !== 'token' || !ctx.oidc.params) return
  const requested = requestedScopes(ctx)
  if (ctx.oidc.params.grant_type === 'client_credentials' && !requested.length) ctx.oidc.params.scope = scopes.join(' ')
  else if (requested.length && !requested.some((scope) => scopes.includes(scope)))
    throw new errors.InvalidScope('none of the requested scopes may be granted', requested.join(' '))
}

function requestedScopes(ctx: KoaContextWithOIDC): string[] {
  const scope = ctx.oidc.params?.scope
  return typeof scope === 'string' ? scope.split(' ').filter(Boolean) : []
}
