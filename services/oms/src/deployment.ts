import type { DomainName } from '@backroom/access'

/** Whether a domain is part of this fleet; what only it can do is left out otherwise. */
export function isDeployed(domain: DomainName): boolean {
  return Boolean(process.env[`${domain.toUpperCase()}_URL`])
}
