import { type DomainName, domainNames } from './domains.ts'

/** `<domain>:<action>`, for example `wms:reorder`. */
export type ScopeName = `${DomainName}:${string}`

/**
 * working: offered in the first challenge. restricted: only when asked for by name. service: only for registered
 * service clients, never for a person or an agent.
 */
type ScopeKind = 'working' | 'restricted' | 'service'

interface Scope {
  kind: ScopeKind
  /** What a person reads on the consent page, completing "This app wants to …". */
  sentence: string
}

const working = (sentence: string): Scope => ({ kind: 'working', sentence })
const restricted = (sentence: string): Scope => ({ kind: 'restricted', sentence })
const service = (sentence: string): Scope => ({ kind: 'service', sentence })

const registry: Record<DomainName, Record<string, Scope>> = {
  wms: {
    read: working('see stock, movements and purchase orders'),
    reserve: working('reserve stock for orders and release it'),
    reorder: working('place and cancel purchase orders with suppliers'),
    receive: working('book goods that arrive'),
    adjust: working('correct stock levels and quarantine goods'),
    transfer: working('move stock between warehouses'),
    fulfil: working('pick, pack and hand over orders'),
    count: working('run cycle counts'),
    audit: restricted('read the audit trail of inventory'),
    approvals: service('read all approval requests of inventory'),
  },
  oms: {
    read: working('see orders'),
    write: working('create and edit orders and add notes'),
    hold: working('put orders on hold and release them'),
    cancel: working('cancel orders'),
    fulfil: working('route orders to warehouses'),
    admin: working('repair stuck order processes'),
    audit: restricted('read the audit trail of orders'),
    approvals: service('read all approval requests of orders'),
    report: service('report facts from other domains'),
    checkout: service('start checkouts for the storefront'),
    entitlement: service('reserve and settle entitlements'),
  },
  tms: {
    read: working('see drivers, routes and shipments'),
    ship: working('buy labels and book shipments'),
    plan: working('plan routes'),
    dispatch: working('dispatch routes to drivers'),
    drive: working('report deliveries as a driver'),
    audit: restricted('read the audit trail of logistics'),
    approvals: service('read all approval requests of logistics'),
  },
  rma: {
    read: working('see returns'),
    write: working('open returns'),
    authorize: working('authorise returns'),
    receive: working('book returned goods'),
    inspect: working('inspect returned goods'),
    resolve: working('decide refund, exchange or credit for returns'),
    audit: restricted('read the audit trail of returns'),
    approvals: service('read all approval requests of returns'),
  },
  claims: {
    read: working('see claims'),
    write: working('open claims and add evidence'),
    assess: working('assess claims'),
    decide: working('decide claims'),
    settle: working('settle claims'),
    recover: working('recover money from carriers, insurers and suppliers'),
    audit: restricted('read the audit trail of claims'),
    approvals: service('read all approval requests of claims'),
  },
  payments: {
    read: working('see payments'),
    capture: working('capture authorised payments'),
    refund: working('refund payments'),
    credit: working('grant store credit'),
    hold: working('put payments on hold'),
    dispute: working('answer disputes'),
    risk: working('review payment risk'),
    ledger: working('read the ledger'),
    ledger_write: working('post corrections to the ledger'),
    reconcile: working('run reconciliation'),
    admin: working('repair payment processes'),
    release_hold: restricted('release payments from hold'),
    audit: restricted('read the audit trail of payments'),
    approvals: service('read all approval requests of payments'),
    authorize: service('authorise payments for orders'),
  },
  catshop: {
    read: working('see your cart and your orders'),
    write: working('change your cart, place and cancel orders, write reviews'),
    audit: restricted('read the audit trail of the shop'),
    approvals: service('read all approval requests of the shop'),
  },
}

/** All scopes of a domain, optionally of one kind, in registry order. */
export function scopesOf(domain: DomainName, kind?: ScopeKind): ScopeName[] {
  return Object.entries(registry[domain])
    .filter(([, scope]) => kind === undefined || scope.kind === kind)
    .map(([action]): ScopeName => `${domain}:${action}`)
}

/** What the first challenge and `scopes_supported` list: every scope neither restricted nor service-only. */
export function workingSet(domain: DomainName): ScopeName[] {
  return scopesOf(domain, 'working')
}

/** The scope in plain words for the consent page; undefined for a name that is not registered. */
export function scopeSentence(scope: string): string | undefined {
  const [domain, action] = scope.split(':')
  const known = domainNames.find((name) => name === domain)
  return known && action ? registry[known][action]?.sentence : undefined
}

/** The given scopes with what they imply: every human scope of a domain implies its `:read`. */
export function impliedScopes(granted: Iterable<string>): Set<string> {
  const all = new Set(granted)
  for (const scope of [...all]) {
    const [domain, action] = scope.split(':')
    const known = domainNames.find((name) => name === domain)
    if (known && action && registry[known][action] && registry[known][action].kind !== 'service')
      all.add(`${known}:read`)
  }
  return all
}
