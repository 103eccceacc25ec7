export { mayApprove } from './approving.ts'
export { type Domain, type DomainName, domainNames, domains, issuerOf, resourceUrl } from './domains.ts'
export {
  type ClientProfile,
  clientProfiles,
  isProfileName,
  mayAskFor,
  type ProfileName,
  profileNames,
} from './profiles.ts'
export { type RoleName, roleNames, roles, scopesOfRole } from './roles.ts'
export { impliedScopes, type ScopeName, scopeSentence, scopesOf, workingSet } from './scopes.ts'
export { isServiceCall, type ServiceCall, serviceCalls, serviceClientScopes } from './service-calls.ts'
export { type Tier, tiers } from './tiers.ts'
export { exchangedScopes, exchangeSources, mayExchange } from './token-exchange.ts'
