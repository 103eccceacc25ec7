import type { DomainName } from './domains.ts'
import type { ScopeName } from './scopes.ts'

/** What each service may ask for itself (client credentials; client id = domain name). A service not named may nothing. */
export const serviceClientScopes: Partial<Record<DomainName, readonly ScopeName[]>> = {
  catshop: ['wms:read'],
}
