import type { DomainName } from '@backroom/access'
import type { Retail } from '../retail/retail.ts'

/** A moment in the life of an order that can be seen in the tables of a domain. */
export interface Stage {
  /** For reports and for `--stage`: the flow, the domain, the step. */
  name: string
  domain: DomainName
  /** Rows that appeared since a moment ($1) and show that some order is at this stage. */
  query: string
}

/** Steps that are tried several times are numbered: the first of them counts. */
const stepOf = (domain: 'oms' | 'payments' | 'wms', kind: string, step: string): Stage => ({
  name: `${domain}.${kind}.${step}`,
  domain,
  query: `select 1 from ${domain}_workflow.operation_outputs o join saga s on s.id = o.workflow_uuid
    where s.kind = '${kind}' and s.state = 'running' and o.function_name = '${step.replace(/_1$/, ' 1')}'
      and o.completed_at_epoch_ms >= $1::bigint limit 1`,
})

const steps = (domain: 'oms' | 'payments' | 'wms', kind: string, names: string) =>
  names.split(' ').map((step) => stepOf(domain, kind, step))

/** Every recorded step of checkout, cancel and ship → capture, and where the caller's own domain begins them. */
export const stages: Stage[] = [
  {
    name: 'catshop.checkout.begun',
    domain: 'catshop',
    query: `select 1 from checkout_session where status = 'complete_in_progress'
      and begun_at >= to_timestamp($1::bigint / 1000.0) limit 1`,
  },
  ...steps('oms', 'checkout', 'reserve authorize place_order allocate confirm'),
  ...steps('payments', 'authorize_payment', 'prepare authorize_1 settle'),
  ...steps('oms', 'cancel', 'stock release_0 cut payment divide void voided settle'),
  ...steps('payments', 'void_authorization', 'prepare send_1 settle'),
  {
    name: 'wms.ship.handed_over',
    domain: 'wms',
    query: `select 1 from shipment where handed_over_at >= to_timestamp($1::bigint / 1000.0) limit 1`,
  },
  ...steps('wms', 'report_fact', 'report'),
  ...steps('oms', 'capture', 'amount capture captured'),
  ...steps('payments', 'capture_payment', 'prepare send_1 settle'),
]

const LOOK_MS = 3

/** Waits until some order is at the stage; false when none is within the limit. */
export async function reached(
  { rows }: Pick<Retail, 'rows'>,
  { domain, query }: Stage,
  limitMs: number,
): Promise<boolean> {
  const since = Date.now()
  while (Date.now() - since < limitMs) {
    const found = await rows(domain, query, [since]).catch(() => [])
    if (found.length > 0) return true
    await new Promise((resolve) => setTimeout(resolve, LOOK_MS))
  }
  return false
}
