import { mayExchange, serviceClientScopes } from '@backroom/access'
import type { ClientMetadata } from 'oidc-provider'
import type { ServiceKeys } from '../keys.ts'
import { TOKEN_EXCHANGE } from './token-exchange-grant.ts'

/** The public client behind `POST /auth/login`; it exists in the demo profile only. */
export const DEMO_LOGIN_CLIENT = 'demo-login'

/** Life of a token from `POST /auth/login`, in seconds. */
export const DEMO_LOGIN_LIFETIME = 3600

/** Never requested over the network: the code sent there is redeemed inside this process. */
export const DEMO_LOGIN_REDIRECT = 'http://127.0.0.1/auth/login'

/** The clients that need no registration: services, the command line client, in the demo profile the password login. */
export function staticClients(serviceKeys: ServiceKeys, isDemo: boolean): ClientMetadata[] {
  const services = Object.entries(serviceKeys).map(([clientId, key]) => serviceClient(clientId, key))
  return [...services, probe, ...(isDemo ? [demoLogin] : [])]
}

const publicNativeClient: Partial<ClientMetadata> = {
  application_type: 'native',
  token_endpoint_auth_method: 'none',
  response_types: ['code'],
}

const probe: ClientMetadata = {
  ...publicNativeClient,
  client_id: 'probe',
  client_name: 'Backroom command line',
  redirect_uris: ['http://127.0.0.1/callback', 'http://localhost/callback', 'http://[::1]/callback'],
  grant_types: ['authorization_code', 'refresh_token'],
}

const demoLogin: ClientMetadata = {
  ...publicNativeClient,
  client_id: DEMO_LOGIN_CLIENT,
  client_name: 'Demo password login',
  redirect_uris: [DEMO_LOGIN_REDIRECT],
  grant_types: ['authorization_code'],
  mcp_profile: 'storefront',
}

function serviceClient(clientId: string, key: ServiceKeys[string]): ClientMetadata {
  return {
    client_id: clientId,
    client_name: `Backroom service ${clientId}`,
    token_endpoint_auth_method: 'private_key_jwt',
    token_endpoint_auth_signing_alg: 'ES256',
    jwks: { keys: [key] },
    grant_types: ['client_credentials', ...(mayExchange(clientId) ? [TOKEN_EXCHANGE] : [])],
    response_types: [],
    redirect_uris: [],
    mcp_allowed_scopes: serviceClientScopes(clientId),
  }
}
