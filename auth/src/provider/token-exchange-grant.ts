import type Provider from 'oidc-provider'
import { errors, type TokenEndpointGrantContext } from 'oidc-provider'
import { ACCESS_TOKEN, type TokenExchange } from './token-exchange.ts'

/** The grant type of RFC 8693; only service clients that may act for somebody have it. */
export const TOKEN_EXCHANGE = 'urn:ietf:params:oauth:grant-type:token-exchange'

type GrantParameters = Partial<Record<(typeof parameters)[number], string>>

const parameters = [
  'subject_token',
  'subject_token_type',
  'requested_token_type',
  'actor_token',
  'actor_token_type',
  'resource',
  'audience',
  'scope',
] as const

/** Adds the grant to the token endpoint; the client has authenticated by then. */
export function registerTokenExchange(provider: Provider, exchange: TokenExchange): void {
  const answer = async (ctx: TokenEndpointGrantContext<GrantParameters>) => {
    const { client, params } = ctx.oidc
    ctx.body = await exchange.byToken(client.clientId, requestIn(params))
  }
  provider.registerGrantType<GrantParameters>(TOKEN_EXCHANGE, answer, parameters)
}

/** A customer's access token for one named server; this is the only form of exchange that exists here. */
function requestIn(params: GrantParameters): Parameters<TokenExchange['byToken']>[1] {
  const { subject_token: subjectToken, resource, scope } = params
  if (!subjectToken) throw new errors.InvalidRequest('subject_token is missing')
  if (params.subject_token_type !== ACCESS_TOKEN)
    throw new errors.InvalidRequest(`subject_token_type must be ${ACCESS_TOKEN}`)
  if ((params.requested_token_type ?? ACCESS_TOKEN) !== ACCESS_TOKEN)
    throw new errors.InvalidRequest(`requested_token_type must be ${ACCESS_TOKEN}`)
  if (params.actor_token || params.actor_token_type)
    throw new errors.InvalidRequest('the client itself is the actor; send no actor_token')
  if (!resource || params.audience)
    throw new errors.InvalidTarget('name the server in the parameter resource, and nothing else')
  return { subjectToken, resource, ...(scope ? { scope } : {}) }
}
