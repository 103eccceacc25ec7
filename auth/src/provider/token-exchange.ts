import { randomUUID } from 'node:crypto'
import {
  type DomainName,
  exchangedScopes,
  exchangeSources,
  issuerOf,
  resourceUrl,
  type ScopeName,
  scopesOfRole,
} from '@backroom/access'
import { createLocalJWKSet, importJWK, type JWTPayload, errors as joseErrors, jwtVerify, SignJWT } from 'jose'
import { errors } from 'oidc-provider'
import { accountClaims } from '../accounts/account-claims.ts'
import { type AccountRow, findAccount, findByLogin } from '../accounts/accounts.ts'
import { isFrozen } from '../admin/clients.ts'
import { isDenied } from '../revocation/deny-list.ts'
import { createAdapter } from './adapter.ts'
import type { ProviderParts } from './create-provider.ts'
import { createResourcePolicy } from './resources.ts'

/** A token by which a service acts for a customer at another domain, as the token endpoint answers. */
export interface ExchangedToken {
  access_token: string
  issued_token_type: typeof ACCESS_TOKEN
  token_type: 'Bearer'
  /** Seconds. */
  expires_in: number
  scope: string
}

/** Turns what a customer granted to one server into a token by which that server acts for the customer at another. */
export interface TokenExchange {
  /**
   * By the customer's own access token; it keeps the grant, so that revoking the grant ends the exchanged token as well.
   *
   * @param scope what is wanted of the permitted scopes; all of them when absent
   * @throws {errors.OIDCProviderError} when the policy does not permit it or the subject token is not good
   */
  byToken(client: string, request: { subjectToken: string; resource: string; scope?: string }): Promise<ExchangedToken>
  /**
   * By the name of the account that a server acts as on standard input and output, where there is no token.
   *
   * @throws {errors.OIDCProviderError} as {@link byToken}
   */
  byAccount(client: string, request: { login: string; resource: string }): Promise<ExchangedToken>
}

export const ACCESS_TOKEN = 'urn:ietf:params:oauth:token-type:access_token'

const ALGORITHM = 'ES256'
const LIFETIME_SECONDS = 120

interface Issue {
  client: string
  account: AccountRow
  target: DomainName
  scopes: readonly ScopeName[]
  gid?: string
  /** Seconds that the subject token still lives. */
  remaining?: number
}

/** The exchange of an installation, with the policy of `@backroom/access`. */
export function createTokenExchange({ publicUrl, db, keys, onReuse }: ProviderParts): TokenExchange {
  const issuer = issuerOf(publicUrl)
  const policy = createResourcePolicy(publicUrl)
  const grants = createAdapter(db, 'Grant', onReuse)
  const publicKeys = createLocalJWKSet({ keys: keys.signing.map(({ d: _, ...key }) => key) })

  const targetOf = async (client: string, resource: string): Promise<DomainName> => {
    if (await isFrozen(db, client)) throw new errors.UnauthorizedClient('an administrator has frozen this client')
    const target = policy.domainOf(resource)
    if (!target || exchangeSources(client, target).length === 0)
      throw new errors.InvalidTarget('this client may not act for anybody at this server')
    return target
  }

  const verify = async (subjectToken: string, sources: DomainName[]): Promise<JWTPayload> => {
    const verified = await jwtVerify(subjectToken, publicKeys, {
      issuer,
      audience: sources.map((source) => resourceUrl(publicUrl, source)),
      algorithms: [ALGORITHM],
      typ: 'at+jwt',
      requiredClaims: ['exp', 'sub', 'client_id', 'jti', 'gid'],
    }).catch((error: Error) => {
      if (error instanceof joseErrors.JOSEError)
        refuse('subject_token is not an access token that this client may present')
      throw error
    })
    if (verified.payload.act !== undefined) refuse('subject_token was exchanged before')
    return verified.payload
  }

  const personBehind = async (claims: JWTPayload): Promise<AccountRow> => {
    const [gid, sub] = [String(claims.gid), String(claims.sub)]
    const [account, grant, denied] = await Promise.all([
      findAccount(db, sub),
      grants.find(gid),
      isDenied(db, { gid, sub, jti: String(claims.jti), client_id: String(claims.client_id) }, claims.iat ?? 0),
    ])
    const isLive = grant && grant.accountId === sub && grant.clientId === claims.client_id && !denied
    return account && isLive ? account : refuse('subject_token was revoked')
  }

  const issue = async ({ client, account, target, scopes, gid, remaining }: Issue): Promise<ExchangedToken> => {
    if (account.role !== 'customer') throw new errors.InvalidTarget('this client acts for customers only')
    if (!scopes.length) throw new errors.InvalidScope('nothing that this client may do there was granted', '')
    const now = Math.floor(Date.now() / 1000)
    const expiresIn = Math.min(LIFETIME_SECONDS, remaining ?? LIFETIME_SECONDS)
    const [key] = keys.signing
    const scope = scopes.join(' ')
    const access_token = await new SignJWT({
      ...accountClaims(account, target),
      ...(gid ? { gid } : {}),
      client_id: client,
      scope,
      act: { sub: client },
    })
      .setProtectedHeader({ alg: ALGORITHM, typ: 'at+jwt', kid: key?.kid ?? '' })
      .setIssuer(issuer)
      .setSubject(account.sub)
      .setAudience(resourceUrl(publicUrl, target))
      .setIssuedAt(now)
      .setExpirationTime(now + expiresIn)
      .setJti(randomUUID())
      .sign(await importJWK(key ?? {}, ALGORITHM))
    return { access_token, issued_token_type: ACCESS_TOKEN, token_type: 'Bearer', expires_in: expiresIn, scope }
  }

  return {
    async byToken(client, { subjectToken, resource, scope }) {
      const target = await targetOf(client, resource)
      const claims = await verify(subjectToken, exchangeSources(client, target))
      const source = policy.domainOf(String(claims.aud)) ?? refuse('subject_token names more than one audience')
      const account = await personBehind(claims)
      const permitted = exchangedScopes(client, source, target, String(claims.scope).split(' '))
      const scopes = wantedOf(permitted, scope)
      const remaining = (claims.exp ?? 0) - Math.floor(Date.now() / 1000)
      if (remaining < 1) refuse('subject_token has expired')
      return issue({ client, account, target, scopes, gid: String(claims.gid), remaining })
    },

    async byAccount(client, { login, resource }) {
      const target = await targetOf(client, resource)
      const account = (await findByLogin(db, login)) ?? refuse('there is no such account')
      const scopes = exchangeSources(client, target).flatMap((source) =>
        exchangedScopes(client, source, target, scopesOfRole(account.role, source)),
      )
      return issue({ client, account, target, scopes })
    },
  }
}

function wantedOf(permitted: ScopeName[], scope: string | undefined): ScopeName[] {
  if (!scope) return permitted
  const wanted = scope.split(' ').filter(Boolean)
  const beyond = wanted.filter((name) => !permitted.some((one) => one === name))
  if (beyond.length) throw new errors.InvalidScope('these scopes may not be granted', beyond.join(' '))
  return permitted.filter((name) => wanted.includes(name))
}

function refuse(reason: string): never {
  throw new errors.InvalidRequest(reason)
}
