import { type DomainName, domainNames, exchangedScopes, resourceUrl, serviceClientScopes } from '@backroom/access'
import { type CryptoKey, type JWTPayload, jwtVerify } from 'jose'
import { ISSUER, LIFETIME_S, PUBLIC_URL } from './issuer.ts'
import type { SigningAuthority } from './signing-authority.ts'

/**
 * Answers services that ask for a token as auth does: one of their own, or one that acts for whoever called them.
 *
 * @throws when the request is not one that auth would grant
 */
export function tokenEndpoint(publicKey: CryptoKey, sign: SigningAuthority['sign']) {
  return async (form: URLSearchParams) => {
    const field = (name: string) => form.get(name) ?? ''
    const { payload } = await jwtVerify(field('client_assertion'), publicKey, { audience: ISSUER })
    const client = payload.sub as DomainName
    const aud = field('resource')
    const target = domainOf(aud)
    const subject = form.has('subject_token')
      ? (await jwtVerify(field('subject_token'), publicKey, { issuer: ISSUER })).payload
      : undefined
    const claims = subject ? exchangedClaims(client, target, subject) : serviceClaims(client, target)
    if (!claims.scope) throw new Error(`${client} may not use ${target} in this way`)
    return { access_token: await sign({ ...claims, aud }), token_type: 'Bearer', expires_in: LIFETIME_S }
  }
}

/** Claims of a service's own token for a domain; `scope` is by default what the service may ask for there. */
export function serviceClaims(client: DomainName, target: DomainName, scope?: string) {
  const own = serviceClientScopes(client).filter((name) => name.startsWith(`${target}:`))
  return { sub: client, client_id: client, gid: undefined, scope: scope ?? own.join(' ') }
}

function exchangedClaims(client: DomainName, target: DomainName, { jti: _, ...subject }: JWTPayload) {
  if (subject.act || !subject.customer_id) throw new Error(`${client} may not act for ${subject.sub}`)
  const granted = String(subject.scope).split(' ')
  const scope = exchangedScopes(client, domainOf(String(subject.aud)), target, granted).join(' ')
  return { ...subject, client_id: client, act: { sub: client }, scope }
}

function domainOf(resource: string): DomainName {
  const domain = domainNames.find((name) => resourceUrl(PUBLIC_URL, name) === resource)
  if (!domain) throw new Error(`No domain has the resource ${resource}`)
  return domain
}
