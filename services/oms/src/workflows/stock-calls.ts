import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'
import type { SkuQuantity } from './sku-quantity.ts'

/** What inventory keeps for one SKU of an order in one warehouse. */
export interface ReservedUnits extends SkuQuantity {
  warehouse: string
  state: string
}

/** What inventory keeps for an order or a checkout. */
export interface Reservation {
  order_ref: string
  reservations: ReservedUnits[]
  expires_at?: string
}

/** The answer of a release. */
export interface Release {
  released: (SkuQuantity & { warehouse: string })[]
  /** Units asked for that had left the building before. */
  kept: SkuQuantity[]
}

/** The part of a workflow's steps that reaches inventory; an undoing has it too. */
type Calls = Pick<Steps<never>, 'call'>

/** Units to hold for a checkout, or for a part of an order that needs other stock than it had. */
export interface StockRequest {
  /** Checkout id, or a reference of its own until it is allocated to the order. */
  orderRef: string
  lines: readonly SkuQuantity[]
  region?: string | undefined
  ttlSeconds: number
  allowSplit?: boolean
}

/**
 * Holds units, all lines or none.
 *
 * @throws {BusinessError} insufficient_stock, with what is available
 */
export function reserveStock(steps: Calls, name: string, request: StockRequest): Promise<Reservation> {
  const { orderRef, lines, region, ttlSeconds, allowSplit = true } = request
  return steps.call(name, 'wms', 'reserve_stock', {
    order_ref: orderRef,
    lines: lines.map(({ sku, qty }) => ({ sku, qty })),
    ...(region ? { ship_to: { region } } : {}),
    ttl_s: ttlSeconds,
    allow_split: allowSplit,
  })
}

/** Prolongs a hold; false when it is over and the units must be reserved again. */
export async function extendHold(steps: Calls, name: string, orderRef: string, ttlSeconds: number): Promise<boolean> {
  try {
    await steps.call(name, 'wms', 'extend_reservation', { order_ref: orderRef, ttl_s: ttlSeconds })
    return true
  } catch (error) {
    if (isOver(error)) return false
    throw error
  }
}

/** Turns the hold of a checkout into the stock of its order; undefined when the hold is over. */
export async function allocateHold(
  steps: Calls,
  name: string,
  { checkoutId, orderId }: { checkoutId: string; orderId: string },
): Promise<Reservation | undefined> {
  try {
    return await steps.call<Reservation>(name, 'wms', 'allocate_reservation', {
      checkout_id: checkoutId,
      order_ref: orderId,
    })
  } catch (error) {
    if (isOver(error)) return undefined
    throw error
  }
}

/** Frees units, all of the order's when no lines are named; undefined when inventory never kept any. */
export async function releaseStock(
  steps: Calls,
  name: string,
  orderRef: string,
  lines?: readonly SkuQuantity[],
): Promise<Release | undefined> {
  try {
    return await steps.call<Release>(name, 'wms', 'release_reservation', {
      order_ref: orderRef,
      ...(lines ? { lines: lines.map(({ sku, qty }) => ({ sku, qty })) } : {}),
    })
  } catch (error) {
    if (error instanceof BusinessError && error.body.code === 'not_found') return undefined
    throw error
  }
}

/** What inventory keeps for an order at this moment; undefined when it never kept anything. */
export async function reservationOf(steps: Calls, name: string, orderRef: string): Promise<Reservation | undefined> {
  try {
    return await steps.call<Reservation>(name, 'wms', 'get_reservation', { order_ref: orderRef })
  } catch (error) {
    if (error instanceof BusinessError && error.body.code === 'not_found') return undefined
    throw error
  }
}

function isOver(error: unknown): boolean {
  return error instanceof BusinessError && ['invalid_transition', 'not_found'].includes(error.body.code)
}
