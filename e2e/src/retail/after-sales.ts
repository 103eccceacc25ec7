import { randomUUID } from 'node:crypto'
import { fulfil, type PlacedOrder, place, someSku, type WantedLine } from './purchases.ts'
import type { Retail } from './retail.ts'

/** A delivered order with its parcels. */
export interface DeliveredOrder extends PlacedOrder {
  shipments: { shipment_ref: string }[]
}

/** An order of cust-001 that was sent, delivered and paid. */
async function deliveredOrder(retail: Retail, lines: readonly WantedLine[]): Promise<DeliveredOrder> {
  const { order_id } = await place(retail, lines)
  await fulfil(retail, order_id, 'shipped')
  await retail.quiet()
  await tellDelivered(retail, order_id)
  return retail.must('oms', 'get_order', { order_id }, 'ops')
}

/** What is left of one order that many returns and claims are about. */
interface Sold {
  order_id: string
  order_line_id: string
  left: number
}

const MOST_UNITS = 12
const sold = new WeakMap<Retail, Map<number, Sold>>()

/** Units of a delivered order at that price, which no other return or claim is about. */
export async function soldUnits(retail: Retail, qty: number, unitMinor = 1_000): Promise<Omit<Sold, 'left'>> {
  const prices = sold.get(retail) ?? new Map<number, Sold>()
  sold.set(retail, prices)
  const known = prices.get(unitMinor)
  const one = known && known.left >= qty ? known : await sell(retail, unitMinor)
  prices.set(unitMinor, one)
  one.left -= qty
  return one
}

async function sell(retail: Retail, unitMinor: number): Promise<Sold> {
  const sku = await someSku(retail, MOST_UNITS)
  const { order_id, lines } = await deliveredOrder(retail, [{ sku, qty: MOST_UNITS, unitMinor }])
  return { order_id, order_line_id: lines[0]?.order_line_id ?? '', left: MOST_UNITS }
}

/** Reports every parcel of an order as delivered, as logistics does when a carrier says so. */
export async function tellDelivered(retail: Retail, order_id: string): Promise<void> {
  const { shipments } = await retail.must('oms', 'get_order', { order_id }, 'ops')
  const time = new Date().toISOString()
  const facts = (shipments as DeliveredOrder['shipments']).map(({ shipment_ref }) => ({
    ...{ specversion: '1.0', id: `fact_${randomUUID()}`, source: 'logistics', type: 'shipment.delivered.v1' },
    ...{ subject: shipment_ref, time },
    data: { shipment_id: `told_${shipment_ref}`, order_ref: order_id, shipment_ref, occurred_at: time },
  }))
  await retail.must('oms', 'report_fact', { facts }, 'service:tms')
  await retail.quiet()
}

const returnStages = ['requested', 'authorized', 'received', 'inspected', 'resolved'] as const
export type ReturnStage = (typeof returnStages)[number]

/** A return of two units as the returns desk knows it. */
export interface StagedReturn {
  rma_number: string
  lines: { rma_line_id: string; order_line_id: string }[]
  resolutions: { resolution_id: string }[]
  version: number
}

/** Two of the units of a delivered order on their way back, as far as `stage`; dear goods wait for a decision. */
export async function returnAt(retail: Retail, stage: ReturnStage): Promise<StagedReturn> {
  const { order_id, order_line_id } = await soldUnits(retail, 2, 9_000)
  const units = [{ order_line_id, qty: 2, reason: 'defective' }]
  const evidence = [{ kind: 'photo', uri: 'https://files.example.com/1.jpg' }]
  const desk = (tool: string, args: object) => retail.must('rma', tool, args, 'returns')
  const { rma_number, lines: returned } = await desk('create_rma', { order_id, lines: units, evidence })
  const line = returned[0].rma_line_id
  const steps: Record<ReturnStage, () => Promise<unknown>> = {
    requested: async () => undefined,
    authorized: () => desk('authorize_rma', { rma_number }),
    received: () => desk('receive_return', { rma_number, lines: [{ line, qty: 2 }] }),
    inspected: () => desk('inspect_return', { rma_number, line, qty: 2, grade: 'B' }),
    resolved: () => desk('resolve_return', { rma_number, kind: 'refund' }),
  }
  for (const each of returnStages.slice(0, returnStages.indexOf(stage) + 1)) await steps[each]()
  await retail.quiet()
  return retail.must('rma', 'get_return', { rma_number }, 'returns')
}

const claimStages = ['submitted', 'assessed', 'approved', 'settled'] as const
export type ClaimStage = (typeof claimStages)[number] | 'denied'

/** A claim about one unit. */
export interface StagedClaim {
  claim_number: string
  requested_minor: number
  settlements: { settlement_id: string }[]
  version: number
}

/** A claim for one of the units of a delivered order, as far as `stage`. The policy must ask nobody for agreement. */
export async function claimAt(retail: Retail, stage: ClaimStage): Promise<StagedClaim> {
  const { order_id, order_line_id } = await soldUnits(retail, 1)
  const units = [{ order_line_id, qty: 1 }]
  const desk = (tool: string, args: object, who = 'claims') => retail.must('claims', tool, args, who)
  const what = { order_id, type: 'damaged', lines: units, statement: 'Broken' }
  // Other claims and returns of the order are about other units.
  const { claim_number } = await desk('open_claim', { ...what, force_new: true })
  const read = (): Promise<StagedClaim> => desk('get_claim', { claim_number })
  const steps: Record<ClaimStage, () => Promise<unknown>> = {
    submitted: async () => undefined,
    assessed: () => desk('assess_claim', assessmentOf(claim_number)),
    async approved() {
      const { requested_minor: amount_minor, version: expected_version } = await read()
      await desk('approve_claim', { claim_number, amount_minor, expected_version }, 'claims2')
    },
    settled: () => desk('settle_claim', { claim_number, method: 'refund' }),
    denied: () => desk('deny_claim', { claim_number, reason_code: 'no_evidence', letter: 'Nothing shows it.' }),
  }
  const way =
    stage === 'denied' ? (['assessed', 'denied'] as const) : claimStages.slice(0, claimStages.indexOf(stage) + 1)
  for (const each of way) await steps[each]()
  await retail.quiet()
  return read()
}

/** What an assessor finds who takes the carrier for liable. */
export function assessmentOf(claim_number: string) {
  return {
    ...{ claim_number, findings: 'The pictures show it.', fraud_score: 2, recommendation: 'approve' },
    liability: { carrier_bp: 10_000 },
  }
}

/** What is claimed from a carrier for a parcel of before. */
export function filingOf(shipment_id: string) {
  return {
    ...{ shipment_id, amount_minor: 5_000, identification: `Parcel ${shipment_id}` },
    liability_assertion: 'It was whole when you took it.',
    counterparty: { kind: 'carrier', name: 'parcelhop' },
  }
}

/** A recovery of a parcel that nobody else claims for, filed, and answered by the carrier. */
export async function recoveryAt(
  retail: Retail,
  stage: 'filed' | 'offer' | 'decline',
): Promise<{ recovery_id: string; amount_minor: number }> {
  const desk = (tool: string, args: object) => retail.must('claims', tool, args, 'claims')
  const filing = filingOf(`shp_${randomUUID()}`)
  const { recovery_id } = await desk('file_carrier_claim', filing)
  const { amount_minor } = filing
  const answer = { recovery_id, type: stage, text: 'We have looked at it.' }
  if (stage === 'offer') await desk('record_counterparty_response', { ...answer, amount_minor })
  if (stage === 'decline') await desk('record_counterparty_response', answer)
  return { recovery_id, amount_minor }
}
