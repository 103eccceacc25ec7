import type { DomainName } from './domains.ts'
import type { ScopeName } from './scopes.ts'

/** Tools of another domain that a service calls as part of a process, and the scope that they need there. */
export interface ServiceCall {
  caller: DomainName
  scope: ScopeName
  tools: readonly string[]
  /** Only with a token exchanged for a customer; the service itself never holds the scope. */
  onBehalf?: true
}

/**
 * Every tool that a service may call as part of a process. What a person had to approve was approved where the process
 * began, so that such a call needs no approval at the callee; any other write tool is refused to services. Reads that
 * are offered to people as well need their scope alone (`readScopes`).
 */
export const serviceCalls: readonly ServiceCall[] = [
  { caller: 'catshop', scope: 'oms:checkout', tools: ['start_checkout'] },
  { caller: 'catshop', scope: 'oms:cancel', tools: ['cancel_order'], onBehalf: true },
  { caller: 'catshop', scope: 'rma:write', tools: ['create_rma'], onBehalf: true },
  { caller: 'catshop', scope: 'claims:write', tools: ['open_claim'], onBehalf: true },
  { caller: 'oms', scope: 'wms:read', tools: ['get_reservation', 'get_lot'] },
  {
    caller: 'oms',
    scope: 'wms:reserve',
    tools: ['reserve_stock', 'extend_reservation', 'release_reservation', 'allocate_reservation'],
  },
  { caller: 'oms', scope: 'wms:adjust', tools: ['quarantine_stock'] },
  { caller: 'oms', scope: 'tms:ship', tools: ['create_shipment', 'buy_label', 'void_label', 'intercept_shipment'] },
  { caller: 'oms', scope: 'payments:authorize', tools: ['authorize_payment', 'create_payment_link'] },
  { caller: 'oms', scope: 'payments:capture', tools: ['capture_payment', 'void_authorization'] },
  { caller: 'oms', scope: 'payments:refund', tools: ['refund_payment'] },
  { caller: 'oms', scope: 'payments:credit', tools: ['issue_store_credit'] },
  { caller: 'oms', scope: 'rma:resolve', tools: ['record_resolution'] },
  { caller: 'oms', scope: 'rma:write', tools: ['create_rma'] },
  { caller: 'oms', scope: 'claims:settle', tools: ['record_settlement'] },
  { caller: 'oms', scope: 'claims:write', tools: ['open_claim'] },
  ...callers('oms:report', ['report_fact'], ['wms', 'tms', 'rma', 'claims', 'payments']),
  ...callers('oms:entitlement', ['draw_entitlement', 'settle_entitlement', 'release_entitlement'], ['rma', 'claims']),
  { caller: 'rma', scope: 'wms:read', tools: ['get_reservation'] },
  { caller: 'rma', scope: 'wms:receive', tools: ['restock_return'] },
  {
    caller: 'rma',
    scope: 'tms:ship',
    tools: ['create_shipment', 'buy_label', 'schedule_pickup', 'intercept_shipment'],
  },
  { caller: 'rma', scope: 'claims:write', tools: ['open_claim'] },
  { caller: 'claims', scope: 'payments:ledger_write', tools: ['post_recovery'] },
]

/** What a service may read of another for itself. */
const readScopes: readonly Pick<ServiceCall, 'caller' | 'scope'>[] = [
  { caller: 'catshop', scope: 'wms:read' },
  { caller: 'oms', scope: 'wms:read' },
  { caller: 'oms', scope: 'payments:read' },
  { caller: 'wms', scope: 'oms:read' },
  { caller: 'payments', scope: 'oms:read' },
  { caller: 'oms', scope: 'tms:read' },
  { caller: 'oms', scope: 'rma:read' },
  { caller: 'oms', scope: 'claims:read' },
  { caller: 'rma', scope: 'oms:read' },
  { caller: 'rma', scope: 'tms:read' },
  { caller: 'rma', scope: 'wms:read' },
  { caller: 'rma', scope: 'claims:read' },
  { caller: 'claims', scope: 'oms:read' },
  { caller: 'claims', scope: 'tms:read' },
  { caller: 'claims', scope: 'rma:read' },
]

const listed = new Set(
  serviceCalls.flatMap(({ caller, scope, tools }) => tools.map((tool) => callName(caller, calleeOf(scope), tool))),
)

/** Whether a service may call a tool of another as part of a process. */
export function isServiceCall(caller: string, callee: DomainName, tool: string): boolean {
  return listed.has(callName(caller, callee, tool))
}

/** What a service may ask for itself (client credentials; client id = domain name); nothing for any other client. */
export function serviceClientScopes(clientId: string): ScopeName[] {
  const own = [...serviceCalls.filter(({ onBehalf }) => !onBehalf), ...readScopes]
  return [...new Set(own.filter(({ caller }) => caller === clientId).map(({ scope }) => scope))]
}

function callers(scope: ScopeName, tools: readonly string[], services: readonly DomainName[]): ServiceCall[] {
  return services.map((caller) => ({ caller, scope, tools }))
}

function callName(caller: string, callee: DomainName, tool: string): string {
  return `${caller} -> ${callee}.${tool}`
}

function calleeOf(scope: ScopeName): DomainName {
  return scope.slice(0, scope.indexOf(':')) as DomainName
}
