import { issuerOf } from '@backroom/access'
import type { Kysely } from 'kysely'
import Provider, { type Configuration, errors, type KoaContextWithOIDC } from 'oidc-provider'
import { findAccount } from '../accounts/accounts.ts'
import { isFrozen } from '../admin/clients.ts'
import type { AuthTables } from '../database-tables.ts'
import type { AuthKeys, ServiceKeys } from '../keys.ts'
import type { Pages } from '../pages.ts'
import { StorageUnavailable } from '../storage-unavailable.ts'
import { createAdapter, type OnReuse } from './adapter.ts'
import { extraTokenClaims, toSignedInAccount } from './claims.ts'
import { createConsentPolicy } from './consent-policy.ts'
import type { DocumentGuard } from './metadata-documents.ts'
import { createResourcePolicy } from './resources.ts'
import { staticClients } from './static-clients.ts'
import type { TokenExchange } from './token-exchange.ts'
import { registerTokenExchange } from './token-exchange-grant.ts'
import { hardenUntrustedClient } from './untrusted-client.ts'

/** Path under which auth lives at the public URL; part of the issuer. */
export const MOUNT = '/auth'

const MINUTE = 60
const HOUR = 60 * MINUTE
const DAY = 24 * HOUR

/** What a provider is made of. A new one is made when the keys change. */
export interface ProviderParts {
  publicUrl: string
  isDemo: boolean
  db: Kysely<AuthTables>
  keys: AuthKeys
  serviceKeys: ServiceKeys
  pages: Pages
  documents: DocumentGuard
  onReuse: OnReuse
}

/** The OAuth engine: oidc-provider with the policies of this installation. */
export function createProvider(parts: ProviderParts, exchange: TokenExchange): Provider {
  const provider = new Provider(issuerOf(parts.publicUrl), configurationOf(parts))
  registerTokenExchange(provider, exchange)
  // Host and scheme of every request are set from the issuer before the library sees it.
  provider.proxy = true
  provider.use(async (ctx, next) => {
    try {
      await next()
    } catch (error) {
      if (!(error instanceof StorageUnavailable)) throw error
      answerUnavailable(ctx as unknown as KoaContextWithOIDC)
    }
  })
  provider.use(async (ctx, next) => {
    await next()
    // Where nobody is signed in the library answers with a bare form that only a script submits.
    if (ctx.path === '/session/end' && ctx.status === 200) ctx.body = parts.pages.signOut(String(ctx.body))
  })
  provider.on('server_error', (ctx, error) => {
    if (isStorageFailure(error)) answerUnavailable(ctx)
  })
  return provider
}

function configurationOf({
  publicUrl,
  isDemo,
  db,
  keys,
  serviceKeys,
  pages,
  documents,
  onReuse,
}: ProviderParts): Configuration {
  const policy = createResourcePolicy(publicUrl)
  const isHttps = publicUrl.startsWith('https:')
  return {
    adapter: (model: string) => createAdapter(db, model, onReuse),
    clients: staticClients(serviceKeys, isDemo),
    findAccount: async (_ctx, sub) => {
      const account = await findAccount(db, sub)
      return account && toSignedInAccount(account)
    },
    routes: { authorization: '/authorize', registration: '/register', revocation: '/revoke' },
    jwks: { keys: keys.signing },
    cookies: {
      keys: keys.cookies,
      names: cookieNames(isHttps),
      long: { signed: true, httpOnly: true, sameSite: 'lax', path: MOUNT },
      short: { signed: true, httpOnly: true, sameSite: 'lax' },
    },
    responseTypes: ['code'],
    pkce: { required: () => true },
    // Scopes of the servers are not listed here: a client's scope would freeze at its first request.
    scopes: ['openid', 'offline_access'],
    clientAuthMethods: ['none', 'client_secret_basic', 'client_secret_post', 'private_key_jwt'],
    clientDefaults: { id_token_signed_response_alg: 'ES256' },
    enabledJWA: { idTokenSigningAlgValues: ['ES256'] },
    ttl: {
      AccessToken: accessLifetime,
      ClientCredentials: accessLifetime,
      AuthorizationCode: MINUTE,
      IdToken: 5 * MINUTE,
      Interaction: 10 * MINUTE,
      RefreshToken: 14 * DAY,
      Grant: 14 * DAY,
      Session: 8 * HOUR,
    },
    issueRefreshToken: async (_ctx, client) => client.grantTypeAllowed('refresh_token'),
    rotateRefreshToken: true,
    expiresWithSession: async () => false,
    extraTokenClaims: async (ctx, token) => extraTokenClaims(ctx, token, policy),
    extraClientMetadata: { properties: ['mcp_allowed_scopes', 'mcp_profile'], validator: hardenUntrustedClient },
    interactions: { policy: createConsentPolicy(), url: (_ctx, { uid }) => `${MOUNT}/interaction/${uid}` },
    renderError: async (ctx, { error }, cause) => {
      ctx.type = 'html'
      ctx.body = pages.protocolError(isStorageFailure(cause) ? 'temporarily_unavailable' : error)
    },
    clientBasedCORS: (_ctx, origin, client) =>
      client.clientAuthMethod === 'none' &&
      (client.redirectUris ?? []).some((uri) => URL.parse(uri)?.origin === origin),
    fetch: documents.fetch,
    features: {
      devInteractions: { enabled: false },
      userinfo: { enabled: false },
      deviceFlow: { enabled: false },
      dPoP: { enabled: false },
      registration: { enabled: true },
      registrationManagement: { enabled: true },
      revocation: { enabled: true, allowedPolicy: async (_ctx, client, token) => token.clientId === client.clientId },
      introspection: { enabled: true, allowedPolicy: async (_ctx, client) => client.clientId in serviceKeys },
      clientCredentials: { enabled: true },
      clientIdMetadataDocument: { enabled: true, ack: 'draft-02', allowFetch: documents.allowFetch },
      resourceIndicators: {
        enabled: true,
        useGrantedResource: async () => true,
        defaultResource: policy.defaultResource,
        getResourceServerInfo: async (ctx, resource, client) => {
          if (await isFrozen(db, client.clientId))
            throw new errors.UnauthorizedClient('an administrator has frozen this client')
          return policy.getResourceServerInfo(ctx, resource, client)
        },
      },
      rpInitiatedLogout: {
        enabled: true,
        logoutSource: async (ctx, form) => {
          ctx.body = form
        },
        postLogoutSuccessSource: async (ctx) => {
          ctx.body = pages.signedOut()
        },
      },
    },
  }
}

/** A number here would override the lifetime of the domain. */
function accessLifetime(
  _ctx: KoaContextWithOIDC,
  token: { resourceServer?: { accessTokenTTL?: number | undefined } | undefined },
): number {
  return token.resourceServer?.accessTokenTTL ?? 5 * MINUTE
}

function cookieNames(isHttps: boolean): { session: string; interaction: string; resume: string } {
  const prefix = isHttps ? '__Secure-' : ''
  return {
    session: `${prefix}backroom_session`,
    interaction: `${prefix}backroom_interaction`,
    resume: `${prefix}backroom_resume`,
  }
}

function isStorageFailure(error: unknown): boolean {
  return error instanceof StorageUnavailable || (error instanceof Error && error.cause instanceof StorageUnavailable)
}

function answerUnavailable(ctx: KoaContextWithOIDC): void {
  ctx.status = 503
  ctx.set('retry-after', '2')
  if (ctx.response.is('html')) return
  ctx.body = { error: 'temporarily_unavailable', error_description: 'The database does not answer. Try again shortly.' }
}
