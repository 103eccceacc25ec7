import { type ClientMetadata, errors, type KoaContextWithOIDC } from 'oidc-provider'

const MAX_METADATA_BYTES = 8192
const MAX_NAME_LENGTH = 100
const MAX_REDIRECT_URIS = 10
const loopbackHosts = new Set(['127.0.0.1', 'localhost', '[::1]'])
/** Editors that answer to a scheme of their own. Any program of the device could claim it, as it could a loopback port. */
const editorSchemes = new Set(['cursor:', 'vscode:', 'vscode-insiders:'])
const allowedGrants = new Set(['authorization_code', 'refresh_token'])

/**
 * What a client that registered itself (or describes itself by a metadata document) may be. Runs on the raw JSON, before
 * the library's own schema, and changes `metadata` in place.
 *
 * @throws {errors.InvalidClientMetadata} with the reason
 */
export function hardenUntrustedClient(
  ctx: KoaContextWithOIDC | undefined,
  _key: string,
  _value: unknown,
  metadata: ClientMetadata,
): void {
  const raw = metadata as unknown as Record<string, unknown>
  if (!ctx && !isMetadataDocument(raw.client_id)) return
  requireTypes(raw)
  if (Buffer.byteLength(JSON.stringify(raw)) > MAX_METADATA_BYTES) refuse('the metadata is larger than 8 KB')
  if (String(raw.client_name ?? '').length > MAX_NAME_LENGTH) refuse('client_name is longer than 100 characters')
  delete raw.scope
  delete raw.mcp_allowed_scopes
  delete raw.mcp_profile
  delete raw.default_max_age
  delete raw.require_auth_time
  delete raw.logo_uri
  restrictGrants(raw)
  restrictRedirects(raw)
}

/** True when every redirect of the client goes to a program on the person's own device. */
export function staysOnDevice(redirectUris: readonly string[]): boolean {
  return redirectUris.length > 0 && redirectUris.every((uri) => isOnDevice(new URL(uri)))
}

function isMetadataDocument(clientId: unknown): boolean {
  return typeof clientId === 'string' && /^https:/i.test(clientId)
}

const textFields = [
  'client_name',
  'client_uri',
  'logo_uri',
  'policy_uri',
  'tos_uri',
  'application_type',
  'token_endpoint_auth_method',
  'scope',
  'subject_type',
  'jwks_uri',
  'initiate_login_uri',
]
const textListFields = [
  'redirect_uris',
  'grant_types',
  'response_types',
  'contacts',
  'post_logout_redirect_uris',
  'default_acr_values',
]

function requireTypes(raw: Record<string, unknown>): void {
  for (const field of textFields) {
    if (raw[field] !== undefined && typeof raw[field] !== 'string') refuse(`${field} must be a string`)
  }
  for (const field of textListFields) {
    const value = raw[field]
    const isTextList = Array.isArray(value) && value.every((item) => typeof item === 'string')
    if (value !== undefined && !isTextList) refuse(`${field} must be an array of strings`)
  }
}

function restrictGrants(raw: Record<string, unknown>): void {
  const asked = (raw.grant_types as string[] | undefined) ?? ['authorization_code']
  const kept = asked.filter((grant) => allowedGrants.has(grant))
  if (!kept.includes('authorization_code')) refuse('grant_types must contain authorization_code')
  raw.grant_types = kept
}

function restrictRedirects(raw: Record<string, unknown>): void {
  const uris = (raw.redirect_uris as string[] | undefined) ?? []
  if (!uris.length) refuse('redirect_uris must contain members')
  if (uris.length > MAX_REDIRECT_URIS) refuse('redirect_uris has more than 10 members')
  for (const uri of [...uris, ...((raw.post_logout_redirect_uris as string[] | undefined) ?? [])]) checkRedirect(uri)
  const hasEditor = uris.some((uri) => editorSchemes.has(new URL(uri).protocol))
  if (hasEditor || staysOnDevice(uris)) raw.application_type = 'native'
}

/** @throws {errors.InvalidClientMetadata} unless answers may be sent there */
export function checkRedirect(uri: string): void {
  const url = URL.parse(uri) ?? refuse('redirect_uris must only contain valid uris')
  if (url.username || url.password) refuse('redirect_uris must not contain user information')
  if (uri.includes('*')) refuse('redirect_uris must not contain wildcards')
  if (uri.includes('#')) refuse('redirect_uris must not contain fragments')
  if (url.protocol !== 'https:' && !isOnDevice(url)) refuse('redirect_uris must use https, or http on a loopback host')
}

function isOnDevice(url: URL): boolean {
  return editorSchemes.has(url.protocol) || (url.protocol === 'http:' && loopbackHosts.has(url.hostname))
}

function refuse(reason: string): never {
  throw new errors.InvalidClientMetadata(reason)
}
