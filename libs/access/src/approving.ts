import { type DomainName, domainNames } from './domains.ts'
import type { RoleName } from './roles.ts'

/** Whose requests the people of a role may decide. It is no scope: no token carries it, so that no agent can hold it. */
const approving: Partial<Record<RoleName, readonly DomainName[]>> = { approver: domainNames }

/** Whether a person of this role may approve what others ask for in a domain. */
export function mayApprove(role: RoleName, domain: DomainName): boolean {
  return approving[role]?.includes(domain) ?? false
}
