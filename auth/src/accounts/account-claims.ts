import { clientProfiles, type DomainName, type ProfileName, scopesOf, scopesOfRole } from '@backroom/access'
import type { AccountRow } from './accounts.ts'

/** What an access token for one domain says about a person, beyond the standard claims; through a client of a profile, no more than that permits. */
export function accountClaims(
  { sub, username, role }: Pick<AccountRow, 'sub' | 'username' | 'role'>,
  domain: DomainName | undefined,
  profile?: ProfileName,
): Record<string, unknown> {
  if (role === 'customer') return { username, customer_id: sub }
  const restricted = domain ? scopesOf(domain, 'restricted') : []
  const ofClient = profile && clientProfiles[profile].scopes
  const may = domain
    ? scopesOfRole(role, domain).filter(
        (scope) => restricted.includes(scope) && (!ofClient || ofClient.includes(scope)),
      )
    : []
  return { username, role, ...(may.length ? { may } : {}) }
}
