import { type DomainName, domains, issuerOf, resourceUrl, workingSet } from '@backroom/access'

/** Where a resource server publishes how to get a token for it (RFC 9728). */
export function metadataUrl(publicUrl: string, domain: DomainName): string {
  return `${publicUrl}/.well-known/oauth-protected-resource/${domain}/mcp`
}

/** The protected resource metadata document. */
export function resourceMetadata(publicUrl: string, domain: DomainName) {
  return {
    resource: resourceUrl(publicUrl, domain),
    resource_name: domains[domain].title,
    authorization_servers: [issuerOf(publicUrl)],
    scopes_supported: workingSet(domain),
    bearer_methods_supported: ['header'],
  }
}

interface ChallengeParameters {
  error?: 'invalid_token' | 'insufficient_scope' | 'invalid_request'
  description?: string
  scopes: Iterable<string>
}

/** A `WWW-Authenticate` value (RFC 6750, RFC 9728). Without credentials there is no `error`. */
export function challenge(
  publicUrl: string,
  domain: DomainName,
  { error, description, scopes }: ChallengeParameters,
): string {
  const parameters = [
    ...(error ? [`error="${error}"`] : []),
    ...(description ? [`error_description="${description.replaceAll('"', "'")}"`] : []),
    `resource_metadata="${metadataUrl(publicUrl, domain)}"`,
    `scope="${[...scopes].join(' ')}"`,
  ]
  return `Bearer ${parameters.join(', ')}`
}
