import assert from 'node:assert/strict'
import { test } from 'node:test'
import { type DomainName, isServiceCall, serviceCalls } from '@backroom/access'
import { catshop } from '@backroom/catshop/service'
import { service as claims } from '@backroom/claims/service'
import type { Service } from '@backroom/mcp-service'
import { service as oms } from '@backroom/oms/service'
import { service as payments } from '@backroom/payments/service'
import { service as rma } from '@backroom/rma/service'
import { service as tms } from '@backroom/tms/service'
import { service as wms } from '@backroom/wms/service'

const services = new Map<DomainName, Service>(
  [catshop, claims, oms, payments, rma, tms, wms].map((service) => [service.domain, service]),
)

/** `<domain>.<tool>`. */
type ToolName = `${DomainName}.${string}`

/**
 * Where a call of the table comes from. An edge is the tool by which a person or an agent begins the process: whatever the
 * callee would have a person approve must be approvable there. `own_row`: no tool call causes it, or the callee asks
 * nobody in just this case; then its limits and invariants alone bound it.
 */
const causes: Record<ToolName, { edges?: ToolName[]; own_row?: string }> = {
  'oms.start_checkout': { edges: ['catshop.checkout', 'catshop.order_product'] },
  'oms.cancel_order': { own_row: "a customer's own order, through the shop" },
  'oms.report_fact': { own_row: 'a fact about what has happened' },
  'oms.draw_entitlement': { own_row: 'takes from a ceiling, before anything moves' },
  'oms.settle_entitlement': { own_row: 'records what has happened' },
  'oms.release_entitlement': { own_row: 'gives back what was drawn' },
  'wms.get_reservation': { own_row: 'a read' },
  'wms.reserve_stock': { edges: ['catshop.checkout', 'catshop.order_product', 'oms.confirm_order_edit'] },
  'wms.extend_reservation': { own_row: 'a customer who is still authenticating a payment' },
  'wms.release_reservation': { edges: ['oms.cancel_order', 'oms.confirm_order_edit'] },
  'wms.allocate_reservation': { edges: ['catshop.checkout', 'catshop.order_product', 'oms.confirm_order_edit'] },
  'wms.restock_return': { own_row: 'goods that have arrived' },
  'wms.get_lot': { own_row: 'a read' },
  'wms.quarantine_stock': { edges: ['oms.start_recall'] },
  'tms.create_shipment': { own_row: 'a parcel that a warehouse has packed, or a return that was authorised' },
  'tms.buy_label': { edges: ['rma.issue_return_label'], own_row: 'a parcel that a warehouse has packed' },
  'tms.void_label': { edges: ['oms.cancel_order'] },
  'tms.intercept_shipment': {
    edges: ['oms.cancel_order', 'rma.cancel_rma'],
    own_row: 'a return that was not sent in time',
  },
  'tms.schedule_pickup': { edges: ['rma.issue_return_label'] },
  'rma.create_rma': { edges: ['catshop.initiate_return', 'oms.start_recall'] },
  'rma.record_resolution': { own_row: 'records what has happened' },
  'claims.open_claim': { edges: ['catshop.file_claim', 'rma.link_carrier_claim'], own_row: 'a parcel that was lost' },
  'claims.record_settlement': { own_row: 'records what has happened' },
  'payments.authorize_payment': { edges: ['catshop.checkout', 'catshop.order_product'] },
  'payments.capture_payment': { own_row: 'goods that were shipped, up to what was authorised for them' },
  'payments.void_authorization': { own_row: 'gives back what was never charged' },
  'payments.create_payment_link': { own_row: 'the customer decides on the page whether to pay' },
  'payments.refund_payment': {
    edges: ['oms.cancel_order', 'rma.resolve_return', 'claims.approve_claim'],
    own_row: 'a payment that came too late',
  },
  'payments.issue_store_credit': { edges: ['rma.resolve_return', 'claims.approve_claim'] },
  'payments.post_recovery': { own_row: 'money that a carrier or insurer has paid' },
}

const rows = serviceCalls.flatMap(({ caller, scope, tools }) => {
  const callee = scope.slice(0, scope.indexOf(':')) as DomainName
  return tools.map((tool) => ({ caller, callee, tool, scope }))
})

const toolOf = (name: ToolName) => {
  const [domain, tool] = name.split('.') as [DomainName, string]
  return services.get(domain)?.tools.find((one) => one.name === tool)
}

test('every row of the table names a tool of its callee, and the scope that the tool asks for', () => {
  const wrong = rows.filter(({ callee, tool, scope }) => toolOf(`${callee}.${tool}`)?.scope !== scope)
  assert.deepEqual(wrong, [])
})

test('every service-only tool can be called by some service', () => {
  for (const { domain, tools } of services.values()) {
    for (const { name, serviceOnly } of tools) {
      if (!serviceOnly) continue
      const callers = serviceCalls.filter(({ caller }) => isServiceCall(caller, domain, name))
      assert.ok(callers.length > 0, `nobody may call ${domain}.${name}`)
    }
  }
})

test('what a person would have to approve at the callee can be approved where the process begins', () => {
  for (const { callee, tool } of rows) {
    const name: ToolName = `${callee}.${tool}`
    const cause = causes[name]
    assert.ok(cause?.edges?.length || cause?.own_row, `say what causes ${name}`)
    for (const edge of cause.edges ?? []) {
      const begins = toolOf(edge)
      assert.ok(begins, `${edge} is no tool`)
      assert.ok(!begins.serviceOnly, `${edge} is no edge: people and agents cannot call it`)
      const isApprovable = !toolOf(name)?.approval || begins.approval
      assert.ok(isApprovable, `${edge} asks nobody, but ${name} would`)
    }
  }
})

test('nothing that only a person may release is in the table', () => {
  for (const name of [
    'release_hold',
    'post_adjustment',
    'accept_dispute',
    'freeze_client',
    'set_limit',
    'compensate_saga',
  ])
    assert.ok(!rows.some(({ tool }) => tool === name), name)
})
