import type { DomainName } from './domains.ts'
import { impliedScopes, type ScopeName } from './scopes.ts'

/** How far a service may act for a customer who called it: with a token for `source` it gets one for `target`. */
interface Exchange {
  client: DomainName
  source: DomainName
  target: DomainName
  /** What it may get there, and the scope that the customer must have granted to the caller for it. */
  scopes: Readonly<Partial<Record<ScopeName, ScopeName>>>
}

const exchanges: readonly Exchange[] = [
  {
    client: 'catshop',
    source: 'catshop',
    target: 'oms',
    scopes: { 'oms:read': 'catshop:read', 'oms:checkout': 'catshop:write', 'oms:cancel': 'catshop:write' },
  },
  {
    client: 'catshop',
    source: 'catshop',
    target: 'rma',
    scopes: { 'rma:read': 'catshop:read', 'rma:write': 'catshop:write' },
  },
  {
    client: 'catshop',
    source: 'catshop',
    target: 'claims',
    scopes: { 'claims:read': 'catshop:read', 'claims:write': 'catshop:write' },
  },
]

/** The domains whose tokens a client may present for one at `target`; none when it may not act for anybody there. */
export function exchangeSources(client: string, target: DomainName): DomainName[] {
  return exchanges.filter((row) => row.client === client && row.target === target).map(({ source }) => source)
}

/** Whether a client may act for anybody anywhere. */
export function mayExchange(client: string): boolean {
  return exchanges.some((row) => row.client === client)
}

/** What a client gets at `target` for a customer who granted it these scopes at `source`. */
export function exchangedScopes(
  client: string,
  source: DomainName,
  target: DomainName,
  granted: Iterable<string>,
): ScopeName[] {
  const held = impliedScopes(granted)
  return exchanges
    .filter((row) => row.client === client && row.source === source && row.target === target)
    .flatMap(({ scopes }) => Object.entries(scopes) as [ScopeName, ScopeName][])
    .filter(([, needed]) => held.has(needed))
    .map(([scope]) => scope)
}
