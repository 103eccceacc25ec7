import { type DomainName, domainNames } from './domains.ts'
import { type ScopeName, scopesOf } from './scopes.ts'

export const roleNames = [
  'customer',
  'ops',
  'warehouse',
  'buyer',
  'dispatcher',
  'driver',
  'returns',
  'claims',
  'support',
  'finance',
  'approver',
  'auditor',
  'administrator',
] as const
export type RoleName = (typeof roleNames)[number]

const everyRead = domainNames.map((domain): ScopeName => `${domain}:read`)
const everyAudit = domainNames.map((domain): ScopeName => `${domain}:audit`)

/** What an account with a role may be granted. A person's consent and the client narrow it further. */
export const roles: Record<RoleName, readonly ScopeName[]> = {
  customer: ['catshop:read', 'catshop:write'],
  ops: [
    ...everyRead,
    'wms:reorder',
    'oms:write',
    'oms:hold',
    'oms:cancel',
    'oms:fulfil',
    'tms:plan',
    'rma:write',
    'claims:write',
  ],
  warehouse: [
    'wms:read',
    'wms:reserve',
    'wms:receive',
    'wms:adjust',
    'wms:transfer',
    'wms:fulfil',
    'wms:count',
    'oms:read',
  ],
  buyer: ['wms:read', 'wms:reorder', 'oms:read'],
  dispatcher: ['tms:read', 'tms:ship', 'tms:plan', 'tms:dispatch', 'oms:read'],
  driver: ['tms:read', 'tms:drive'],
  returns: [
    'rma:read',
    'rma:write',
    'rma:authorize',
    'rma:receive',
    'rma:inspect',
    'rma:resolve',
    'oms:read',
    'wms:read',
  ],
  claims: [
    'claims:read',
    'claims:write',
    'claims:assess',
    'claims:decide',
    'claims:settle',
    'claims:recover',
    'oms:read',
    'tms:read',
  ],
  support: [...everyRead, 'rma:write', 'claims:write', 'payments:refund'],
  finance: [...scopesOf('payments', 'working'), 'payments:release_hold'],
  approver: everyRead,
  auditor: [...everyRead, ...everyAudit, 'payments:ledger'],
  administrator: ['oms:read', 'oms:admin'],
}

/** The scopes of one domain that a role may be granted. */
export function scopesOfRole(role: RoleName, domain: DomainName): ScopeName[] {
  return roles[role].filter((scope) => scope.startsWith(`${domain}:`))
}
