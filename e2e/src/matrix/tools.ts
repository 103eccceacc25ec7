import type { DomainName } from '@backroom/access'
import { catshop } from '@backroom/catshop/service'
import { service as claims } from '@backroom/claims/service'
import { service as oms } from '@backroom/oms/service'
import { service as payments } from '@backroom/payments/service'
import { service as rma } from '@backroom/rma/service'
import { service as tms } from '@backroom/tms/service'
import { service as wms } from '@backroom/wms/service'
import { catshopRows } from './catshop.ts'
import { claimsRows } from './claims.ts'
import { omsRows } from './oms.ts'
import { paymentsRows } from './payments.ts'
import { rmaRows } from './rma.ts'
import type { Row } from './row.ts'
import { tmsRows } from './tms.ts'
import { wmsRows } from './wms.ts'

/** Every write tool of every server. */
export const writeTools = [wms, oms, tms, rma, claims, payments, catshop].flatMap(({ domain, tools }) =>
  tools.filter(({ effect }) => effect !== 'read').map((tool) => ({ domain, tool })),
)

const all: Row[] = [...wmsRows, ...omsRows, ...tmsRows, ...rmaRows, ...claimsRows, ...paymentsRows, ...catshopRows]

/** How the tools of some servers are repeated; of all of them by default. */
export function rowsOf(...domains: DomainName[]): Row[] {
  return all.filter(({ domain }) => domains.length === 0 || domains.includes(domain))
}
