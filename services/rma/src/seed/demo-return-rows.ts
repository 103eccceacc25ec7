import type { DemoReturn, DemoReturnStage } from '@backroom/demo-data'
import type { Insertable } from 'kysely'
import type { ReturnPolicy, Tables } from '../database-tables.ts'
import { daysAfter } from '../day.ts'
import type { LinePolicy } from '../return-policy.ts'

type Row<Table extends keyof Tables> = Insertable<Tables[Table]>

const STAFF = 'staff-returns'
/** The stages in order; a return has gone through all before its own. */
const order: readonly DemoReturnStage[] = [
  'requested',
  'more_info',
  'authorized',
  'label_issued',
  'in_transit',
  'partially_received',
  'received',
  'inspecting',
  'inspected',
]

const reached = ({ stage }: DemoReturn, wanted: DemoReturnStage) => order.indexOf(stage) >= order.indexOf(wanted)

export function rmaRow(demo: DemoReturn, region: string, policy: ReturnPolicy): Row<'rma'> {
  const { requestedAt, stage } = demo
  const authorizedAt = reached(demo, 'authorized') ? requestedAt : null
  const waiting = stage === 'authorized' || stage === 'label_issued'
  return {
    id: demo.rmaId,
    number: demo.number,
    order_id: demo.order.orderId,
    order_number: demo.order.number,
    customer_id: demo.order.customer.customerId,
    status: stage,
    channel: 'catshop',
    resolution_wanted: demo.reason === 'wrong_item' ? 'exchange' : 'refund',
    currency: demo.order.currency,
    region,
    warehouse: demo.order.warehouse,
    policy_snapshot: JSON.stringify({ [policy.id]: policy }),
    evidence: '[]',
    ...(reached(demo, 'label_issued')
      ? {
          label_method: 'own' as const,
          label_carrier: 'Parcel post',
          label_tracking: `PP${demo.order.number.slice(-6)}${demo.number.slice(-4)}`,
        }
      : {}),
    requested_by: demo.order.customer.customerId,
    decided_by: authorizedAt && 'policy',
    requested_at: requestedAt,
    authorized_at: authorizedAt,
    expires_at: waiting ? daysAfter(requestedAt, policy.ship_within_days) : null,
  }
}

export function lineRow(demo: DemoReturn, { category, policy }: LinePolicy): Row<'rma_line'> {
  const { line, quantity } = demo
  const accepted = demo.stage === 'inspected' ? quantity : Number(demo.stage === 'inspecting')
  return {
    id: demo.rmaLineId,
    rma_id: demo.rmaId,
    line: 1,
    order_line_id: line.orderLineId,
    sku: line.sku,
    title: line.name,
    category,
    policy_id: policy.id,
    reason_code: demo.reason,
    customer_note: demo.note,
    qty_requested: quantity,
    qty_authorised: reached(demo, 'authorized') ? quantity : 0,
    qty_received: receivedUnits(demo),
    qty_accepted: accepted,
    draw_id: demo.drawId,
    drawn_qty: quantity,
    drawn_minor: demo.drawnMinor,
    unit_minor: Math.floor(line.paidMinor / line.quantity),
    delivered_at: demo.order.deliveredAt,
  }
}

export function receiptRows(demo: DemoReturn): Row<'return_receipt'>[] {
  const qty = receivedUnits(demo)
  if (qty === 0) return []
  const lines = [{ rma_line_id: demo.rmaLineId, sku: demo.line.sku, qty, condition: 'as described' }]
  return [
    {
      id: `rec_${demo.rmaId.slice(4)}`,
      rma_id: demo.rmaId,
      warehouse: demo.order.warehouse,
      dock: 'R1',
      carton_condition: 'intact',
      lines: JSON.stringify(lines),
      received_by: STAFF,
      received_at: daysAfter(demo.requestedAt, 1),
    },
  ]
}

export function inspectionRows(demo: DemoReturn): Row<'inspection'>[] {
  if (!reached(demo, 'inspecting')) return []
  return [
    {
      id: `ins_${demo.rmaId.slice(4)}`,
      rma_line_id: demo.rmaLineId,
      qty: demo.stage === 'inspected' ? demo.quantity : 1,
      grade: 'B',
      accepted: true,
      checks: JSON.stringify([{ check: 'complete', passed: true }]),
      photos: '[]',
      recommended: 'refurbish',
      inspector: STAFF,
      decided_at: daysAfter(demo.requestedAt, 2),
    },
  ]
}

function receivedUnits(demo: DemoReturn): number {
  if (!reached(demo, 'partially_received')) return 0
  return demo.stage === 'partially_received' ? demo.quantity - 1 : demo.quantity
}
