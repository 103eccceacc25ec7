export { type Domain, type DomainName, domainNames, domains, issuerOf, resourceUrl } from './domains.ts'
export { type RoleName, roleNames, roles, scopesOfRole } from './roles.ts'
export { impliedScopes, type ScopeName, scopeSentence, scopesOf, workingSet } from './scopes.ts'
export { serviceClientScopes } from './service-clients.ts'
