import type { ProfileName } from '@backroom/access'

/** Who a call comes from, as the verified token says. */
export interface Caller {
  /** anonymous: public catalogue only. service: client credentials of another server of the fleet. */
  kind: 'anonymous' | 'customer' | 'staff' | 'service'
  /** Token `sub`: a customer id (`cust-001`), a staff account id, or the client id of a service. */
  subject: string
  clientId: string
  /** Granted scopes with everything that they imply. */
  scopes: ReadonlySet<string>
  /** Set for customers: the only customer whose rows this call may see or change. Equals `subject`. */
  customerId?: string
  /** Name of the account for display and for the cart key; set for customers and staff. */
  username?: string
  /** Role of a staff account. */
  role?: string
  /** Restricted scopes that the role would permit on step-up. Grants nothing. */
  may: readonly string[]
  /** Grant that the token belongs to; absent for service tokens. */
  grantId?: string
  /** Id of the token itself. */
  tokenId?: string
  /** What the client may at most do, where it was set up for one purpose. */
  profile?: ProfileName
  /** Service that acts for the subject (token exchange). */
  actor?: string
}

/** What a caller proved itself by, to be exchanged for a token of another domain: its token, or an account on stdio. */
export type CallerProof = { token: string } | { account: string }

/** The client id of the service that makes a call, for itself or on somebody's behalf; undefined for people and agents. */
export function serviceBehind({ kind, clientId, actor }: Caller): string | undefined {
  return kind === 'service' ? clientId : actor
}

export const anonymous: Caller = {
  kind: 'anonymous',
  subject: 'anonymous',
  clientId: 'anonymous',
  scopes: new Set(),
  may: [],
}
