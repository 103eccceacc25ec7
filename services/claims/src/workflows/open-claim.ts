import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, enqueue, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { Claim } from '../claim.ts'
import { type ClaimWish, planClaim } from '../claim-plan.ts'
import type { SettlementMethod, Tables } from '../database-tables.ts'
import { requireNoClaim, requireNoReturn } from '../duplicates.ts'
import { insertClaim, type LineDraw } from '../opening.ts'
import type { Parcel, SoldOrder } from '../sold-order.ts'
import type { TrackedShipment } from '../tracked-shipment.ts'
import { findCarrier } from './find-carrier.ts'
import { drawEntitlements, returnsOfOrder, soldOrder } from './order-calls.ts'
import { trackedShipment } from './shipment-calls.ts'

export interface OpenInput extends ClaimWish {
  /** The claim's number from now on; also the name of what it draws. */
  number: string
  /** Absent when only the shipment is known. */
  orderId?: string | undefined
  requested: SettlementMethod
  statement: string | null
  draft: boolean
  /** Knowingly about other units than claims and returns that exist. */
  separate: boolean
  /** The return that the goods were part of; it compensates the customer, and the claim is against others alone. */
  rmaNumber: string | null
  /** The only customer whose orders may be claimed about. */
  customerId?: string | undefined
  actor: string
}

/**
 * Opens a claim: checks it against its order, other claims and returns, has its entitlement set apart, then writes it down. A
 * draft sets nothing apart.
 */
export const openClaim = defineWorkflow<Tables>()({
  name: 'open_claim',
  kind: 'open_claim',
  deadlineMs: 120_000,
  async run(input: OpenInput, steps): Promise<{ number: string }> {
    const { number, draft, separate } = input
    const { order, parcel } = await subjectOf(input, steps)
    const plan = planClaim(order, input, parcel)
    const orderLineIds = plan.lines.map(({ orderLineId }) => orderLineId)
    if (!separate) {
      await steps.transaction('claims', (db) => requireNoClaim(db, orderLineIds, { drafts: draft }))
      if (!draft) requireNoReturn(await returnsOfOrder(steps, 'returns', order.order_id), orderLineIds)
    }
    const draws = draft ? new Map<string, LineDraw>() : await drawEntitlements(steps, number, plan.lines)
    await steps.transaction('open', async (db) => {
      const claim = await insertClaim(db, { ...input, order, plan, draws })
      if (steps.isDeployed('tms')) await lookForCarrier(db, claim)
    })
    return { number }
  },
})

/** Orders need not know who took a parcel; logistics does. */
async function lookForCarrier(db: Kysely<Tables>, { number, carrier, shipment_ref }: Claim): Promise<void> {
  if (carrier || !shipment_ref) return
  await enqueue(db, findCarrier, {
    id: `carrier:${number}`,
    subject: number,
    input: { number, shipmentRef: shipment_ref },
    startedBy: 'claims',
  })
}

interface Subject {
  order: SoldOrder
  /** The shipment, where orders does not know it under the name that was given. */
  parcel?: Parcel
}

/** The order and its shipment; logistics is asked where its name says nothing to orders, as that of a return. */
async function subjectOf(
  { orderId, shipmentRef, customerId }: OpenInput,
  steps: Pick<Steps<Tables>, 'call' | 'isDeployed'>,
): Promise<Subject> {
  const named = orderId === undefined ? undefined : await ownOrder(steps, 'order', orderId, customerId)
  const known = named && (!shipmentRef || named.shipments.some(({ shipment_ref }) => shipment_ref === shipmentRef))
  if (named && known) return { order: named }
  const tracked = await trackedShipment(steps, shipmentRef ?? '')
  const orderRef = tracked.order_ref ?? orderId
  if (orderRef === undefined) throw unknownOrder(`of shipment ${shipmentRef}`)
  const order = named ?? (await ownOrder(steps, 'order_of_shipment', orderRef, customerId))
  if (tracked.order_ref !== null && tracked.order_ref !== order.order_id)
    throw unknownOrder(`${orderId} of shipment ${shipmentRef}`)
  return { order, parcel: parcelOf(order, tracked) }
}

async function ownOrder(
  steps: Pick<Steps<Tables>, 'call' | 'isDeployed'>,
  name: string,
  orderId: string,
  customerId: string | undefined,
): Promise<SoldOrder> {
  const order = await soldOrder(steps, name, orderId)
  if (customerId === undefined || order.customer_id === customerId) return order
  throw unknownOrder(orderId)
}

/** The shipment as orders tells it, where orders knows it; else as logistics does. */
function parcelOf({ shipments }: SoldOrder, tracked: TrackedShipment): Parcel {
  const known = shipments.find(({ shipment_ref }) => shipment_ref === tracked.shipment_ref)
  const { shipment_id, shipment_ref, carrier, tracking_no: tracking, delivered_at } = tracked
  if (known) return { ...known, carrier: known.carrier ?? carrier, tracking: known.tracking ?? tracking }
  return { shipment_ref: shipment_ref ?? shipment_id, carrier, tracking, delivered_at, lines: [] }
}

function unknownOrder(reference: string): BusinessError {
  return new BusinessError('not_found', `There is no order ${reference}.`, {
    nextActions: [{ tool: 'search_orders', hint: 'Look it up by customer, number, SKU or day.' }],
  })
}
