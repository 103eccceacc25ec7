import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'
import type { Address } from '../address.ts'
import type { ParcelsView } from '../reconciliation.ts'
import { parcelsOf, type Tracked } from '../tracked-parcels.ts'
import type { SkuQuantity } from './sku-quantity.ts'

/** Goods that a warehouse has packed to go out together. */
export interface PackedParcel {
  orderId: string
  /** As the warehouse names it: the same is never a second shipment. */
  shipmentRef: string
  warehouse: string
  shipTo: Address
  serviceLevel: string
  packages: readonly { package_id: string; weight_g: number | null; lines: readonly SkuQuantity[] }[]
  /** What its goods were sold for; minor units. */
  declaredMinor: number
  currency: string
}

/** A label as logistics bought it. */
export interface Label {
  tracking_no: string
  carrier: string
}

type Calls = Pick<Steps<never>, 'call'>

/** What logistics keeps for an order; undefined when it was told of nothing. */
export async function parcelsOfOrder(steps: Calls, name: string, orderId: string): Promise<ParcelsView | undefined> {
  try {
    return parcelsOf(await steps.call<Tracked>(name, 'tms', 'track_shipment', { order_ref: orderId }))
  } catch (error) {
    if (error instanceof BusinessError && error.body.code === 'not_found') return undefined
    throw error
  }
}

/**
 * Tells logistics of a parcel.
 *
 * @returns its id there
 */
export async function createShipment(steps: Calls, name: string, parcel: PackedParcel): Promise<string> {
  const { shipment_id } = await steps.call<{ shipment_id: string }>(name, 'tms', 'create_shipment', {
    order_ref: parcel.orderId,
    shipment_ref: parcel.shipmentRef,
    warehouse: parcel.warehouse,
    ship_to: parcel.shipTo,
    service_level: parcel.serviceLevel,
    packages: parcel.packages,
    declared_value_minor: parcel.declaredMinor,
    currency: parcel.currency,
  })
  return shipment_id
}

/** Buys the cheapest label that keeps the promise, or books the own fleet. */
export function buyLabel(steps: Calls, name: string, shipmentId: string): Promise<Label> {
  return steps.call(name, 'tms', 'buy_label', { shipment_id: shipmentId })
}

/** Stops a shipment that has not left, label and all, or has it turned back; false when it is too late for either. */
export async function interceptShipment(
  steps: Calls,
  name: string,
  { shipmentId, reason }: { shipmentId: string; reason: string },
): Promise<boolean> {
  const args = { shipment_id: shipmentId, reason }
  const { intercepted } = await steps.call<{ intercepted: boolean }>(name, 'tms', 'intercept_shipment', args)
  return intercepted
}
