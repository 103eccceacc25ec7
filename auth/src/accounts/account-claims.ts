import { type DomainName, scopesOf, scopesOfRole } from '@backroom/access'
import type { AccountRow } from './accounts.ts'

/** What an access token for one domain says about a person, beyond the standard claims. */
export function accountClaims(
  { sub, username, role }: Pick<AccountRow, 'sub' | 'username' | 'role'>,
  domain: DomainName | undefined,
): Record<string, unknown> {
  if (role === 'customer') return { username, customer_id: sub }
  const restricted = domain ? scopesOf(domain, 'restricted') : []
  const may = domain ? scopesOfRole(role, domain).filter((scope) => restricted.includes(scope)) : []
  return { username, role, ...(may.length ? { may } : {}) }
}
