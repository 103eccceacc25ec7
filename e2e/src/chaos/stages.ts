import type { DomainName } from '@backroom/access'
import type { Retail } from '../retail/retail.ts'

/** A moment in the life of an order that can be seen in the tables of a domain. */
export interface Stage {
  /** For reports and for `--stage`: the domain, the flow, the step. */
  name: string
  domain: DomainName
  /** Rows that appeared since a moment ($1) and show that some order is at this stage. */
  query: string
}

/**
 * The moment after a recorded step of a process. Steps that are tried several times are numbered: the first of them
 * counts. `*` stands for any ending.
 */
const stepOf = (domain: DomainName, kind: string, step: string): Stage => ({
  name: `${domain}.${kind}.${step.replace('_*', '')}`,
  domain,
  query: `select 1 from ${domain}_workflow.operation_outputs o join saga s on s.id = o.workflow_uuid
    where s.kind = '${kind}' and s.state = 'running'
      and o.function_name like '${step.replace(/_1$/, ' 1').replaceAll('_', '\\_').replace('*', '%')}'
      and o.completed_at_epoch_ms >= $1::bigint limit 1`,
})

const steps = (domain: DomainName, kind: string, names: string) =>
  names.split(' ').map((step) => stepOf(domain, kind, step))

/** The moment after a row came to be in some state. */
const row = (name: string, domain: DomainName, table: string, column: string, condition = 'true'): Stage => ({
  ...{ name, domain },
  query: `select 1 from ${table} where ${condition} and ${column} >= to_timestamp($1::bigint / 1000.0) limit 1`,
})

/** Every recorded step of the processes of an order, and where the caller's own domain begins them. */
export const stages: Stage[] = [
  // Checkout.
  row('catshop.checkout.begun', 'catshop', 'checkout_session', 'begun_at', `status = 'complete_in_progress'`),
  ...steps('oms', 'checkout', 'reserve authorize place_order allocate confirm'),
  ...steps('payments', 'authorize_payment', 'prepare authorize_1 settle'),
  // Cancellation.
  ...steps('oms', 'cancel', 'stock release_0 cut payment divide void voided settle'),
  ...steps('payments', 'void_authorization', 'prepare send_1 settle'),
  // Dispatch, pick-up and capture, delivery.
  ...steps('oms', 'ship', 'parcel create label booked'),
  ...steps('tms', 'buy_label', 'read ask settle'),
  row('wms.ship.handed_over', 'wms', 'shipment', 'handed_over_at'),
  ...steps('wms', 'report_fact', 'report'),
  row('tms.route.dispatched', 'tms', 'route', 'dispatched_at'),
  row('tms.parcel.picked_up', 'tms', 'tracking_event', 'received_at', `code = 'picked_up'`),
  row('tms.parcel.delivered', 'tms', 'tracking_event', 'received_at', `code = 'delivered'`),
  ...steps('tms', 'report_fact', 'report'),
  ...steps('oms', 'capture', 'amount capture captured'),
  ...steps('payments', 'capture_payment', 'prepare send_1 settle'),
  // Return and refund.
  ...steps('rma', 'return', 'judge draw_0 open restock booked'),
  row('rma.resolution.decided', 'rma', 'resolution', 'created_at', `status = 'pending'`),
  ...steps('rma', 'report_fact', 'report'),
  ...steps('oms', 'return_refund', 'payers payment_0 refund book tell'),
  ...steps('payments', 'refund_payment', 'prepare send_1 settle'),
  // Claim and settlement.
  ...steps('claims', 'open_claim', 'claims draw_* open'),
  ...steps('claims', 'settle_claim', 'report'),
  ...steps('oms', 'claim_pay', 'payers payment_0 refund book tell'),
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
