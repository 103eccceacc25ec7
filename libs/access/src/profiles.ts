import { type RoleName, roles } from './roles.ts'
import type { ScopeName } from './scopes.ts'
import type { Tier } from './tiers.ts'

/** What a client of one kind may at most do, whoever uses it. A client without a profile is bounded by role and consent. */
export interface ClientProfile {
  /** What such a client is for, in a few words. */
  purpose: string
  scopes: readonly ScopeName[]
  /** The highest approval that a call through such a client may ask for; one that needs more is refused. */
  highestTier: Tier
  /** How many effects one client of this kind may have in a day (UTC), by scope. A scope that is not named is not counted. */
  perDay: Readonly<Partial<Record<ScopeName, number>>>
}

export const profileNames = [
  'storefront',
  'warehouse-lead',
  'buyer',
  'dispatcher',
  'driver',
  'returns-desk',
  'claims-adjuster',
  'support-agent',
  'finance',
  'auditor',
] as const
export type ProfileName = (typeof profileNames)[number]

/** The profiles of clients that are set up for one purpose. Services have theirs in the table of service calls. */
export const clientProfiles: Record<ProfileName, ClientProfile> = {
  storefront: {
    purpose: 'Customers in the shop',
    scopes: roles.customer,
    highestTier: 'A1',
    perDay: {},
  },
  'warehouse-lead': {
    purpose: 'Stock, picking and counts of the warehouses',
    scopes: roles.warehouse,
    highestTier: 'A3',
    perDay: { 'wms:adjust': 1_000, 'wms:transfer': 500, 'wms:count': 1_000 },
  },
  buyer: {
    purpose: 'Purchase orders',
    scopes: roles.buyer,
    highestTier: 'A3',
    perDay: { 'wms:reorder': 300 },
  },
  dispatcher: {
    purpose: 'Routes and shipments',
    scopes: roles.dispatcher,
    highestTier: 'A3',
    perDay: { 'tms:ship': 5_000, 'tms:plan': 1_000, 'tms:dispatch': 1_000 },
  },
  driver: {
    purpose: 'Deliveries of one driver',
    scopes: roles.driver,
    highestTier: 'A1',
    perDay: { 'tms:drive': 2_000 },
  },
  'returns-desk': {
    purpose: 'Returns from the request to the money',
    scopes: roles.returns,
    highestTier: 'A3',
    perDay: { 'rma:authorize': 1_000, 'rma:resolve': 500 },
  },
  'claims-adjuster': {
    purpose: 'Claims of customers and recovery',
    scopes: roles.claims,
    highestTier: 'A3',
    perDay: { 'claims:decide': 300, 'claims:settle': 300, 'claims:recover': 300 },
  },
  'support-agent': {
    purpose: 'Answers to customers',
    scopes: roles.support,
    highestTier: 'A1',
    perDay: { 'rma:write': 300, 'claims:write': 300, 'payments:refund': 50 },
  },
  finance: {
    purpose: 'Payments, holds and the books',
    scopes: roles.finance,
    highestTier: 'A3',
    perDay: {
      'payments:capture': 1_000,
      'payments:refund': 500,
      'payments:credit': 200,
      'payments:release_hold': 100,
      'payments:ledger_write': 50,
      'payments:admin': 50,
    },
  },
  auditor: {
    purpose: 'Looking at everything, changing nothing',
    scopes: roles.auditor,
    highestTier: 'A0',
    perDay: {},
  },
}

export function isProfileName(name: string): name is ProfileName {
  return (profileNames as readonly string[]).includes(name)
}

/** What a role may ask for at most where its other rights would let it ask for more. */
const ceilingsOfRoles: Partial<Record<RoleName, Partial<Record<ScopeName, Tier>>>> = {
  support: { 'payments:refund': 'A1' },
}

/** Whether a person of this role may, through a client of this profile, ask for something of a scope that needs this tier. */
export function mayAskFor(
  tier: Tier,
  scope: ScopeName,
  { role, profile }: { role?: string | undefined; profile?: ProfileName | undefined },
): boolean {
  const ofProfile = profile ? clientProfiles[profile].highestTier : 'A3'
  const ofRole = ceilingsOfRoles[role as RoleName]?.[scope] ?? 'A3'
  return tier <= ofProfile && tier <= ofRole
}
