/** The seven domains: folder name = URL path = Postgres schema = prefix of its OAuth scopes. */
export const domainNames = ['wms', 'oms', 'tms', 'rma', 'claims', 'payments', 'catshop'] as const
export type DomainName = (typeof domainNames)[number]

/** What a domain is called on the wire and to people. */
export interface Domain {
  /** MCP server name (`serverInfo.name`). */
  serverName: string
  /** Title for people. */
  title: string
  /** One sentence: what an agent can do here. */
  purpose: string
  /** Scheme of its resource URIs, without `://`. */
  uriScheme: string
  /** Life of an access token for this domain, in seconds. */
  tokenLifetime: number
  /** Asks auth before each change that a person or an agent wants, so that what was revoked ends at once. */
  asksBeforeChanges?: true
}

const QUARTER_HOUR = 900
const FIVE_MINUTES = 300

export const domains: Record<DomainName, Domain> = {
  wms: {
    serverName: 'inventory',
    title: 'Inventory',
    purpose: 'Stock, reservations, purchase orders and receiving in the warehouses.',
    uriScheme: 'inventory',
    tokenLifetime: QUARTER_HOUR,
  },
  oms: {
    serverName: 'orders',
    title: 'Orders',
    purpose: 'Orders, holds, cancellations and demand.',
    uriScheme: 'orders',
    tokenLifetime: QUARTER_HOUR,
  },
  tms: {
    serverName: 'logistics',
    title: 'Logistics',
    purpose: 'Drivers, routes, shipments and proof of delivery.',
    uriScheme: 'logistics',
    tokenLifetime: QUARTER_HOUR,
  },
  rma: {
    serverName: 'returns',
    title: 'Returns',
    purpose: 'Return authorisation, receipt, inspection and resolution.',
    uriScheme: 'returns',
    tokenLifetime: QUARTER_HOUR,
  },
  claims: {
    serverName: 'claims',
    title: 'Claims',
    purpose: 'Customer claims and recovery from carriers, insurers and suppliers.',
    uriScheme: 'claims',
    tokenLifetime: QUARTER_HOUR,
  },
  payments: {
    serverName: 'payments',
    title: 'Payments',
    purpose: 'Authorisations, captures, refunds, holds and the ledger. Restricted.',
    uriScheme: 'payments',
    tokenLifetime: FIVE_MINUTES,
    asksBeforeChanges: true,
  },
  catshop: {
    serverName: 'catshop',
    title: 'Cat Shop',
    purpose: 'The storefront: browse, fill a cart, buy, review.',
    uriScheme: 'catshop',
    tokenLifetime: QUARTER_HOUR,
  },
}

/** Public URL of a domain's MCP endpoint: its OAuth resource identifier and the only audience of its tokens. */
export function resourceUrl(publicUrl: string, domain: DomainName): string {
  return `${publicUrl}/${domain}/mcp`
}

/** The issuer identifier, byte for byte as in every token and metadata document. */
export function issuerOf(publicUrl: string): string {
  return `${publicUrl}/auth`
}
