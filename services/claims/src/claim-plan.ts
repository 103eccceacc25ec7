import { BusinessError } from '@backroom/mcp-service'
import type { ClaimKind } from './database-tables.ts'
import type { Parcel, SoldLine, SoldOrder } from './sold-order.ts'

/** What somebody claims for one order line. */
export interface LineWish {
  orderLineId: string
  qty: number
  /** Minor units; by default what the units cost, for a late delivery their shipping. */
  amountMinor?: number | undefined
  keepItem: boolean
}

/** What somebody claims about an order. */
export interface ClaimWish {
  kind: ClaimKind
  /** Without lines: everything in the shipment, or everything that was shipped. */
  lines?: readonly LineWish[] | undefined
  shipmentRef?: string | undefined
}

/** A line as it will be claimed. */
export interface PlannedLine {
  orderLineId: string
  sku: string
  title: string
  /** Units that the compensation uses up; none when money alone is wanted, as for a late delivery. */
  qty: number
  /** Undefined: orders says what the units cost. */
  amountMinor: number | undefined
  /** At most what the units cost, as far as can be told from the order. */
  estimateMinor: number
  keepItem: boolean
}

/** A claim that fits its order. */
export interface ClaimPlan {
  lines: PlannedLine[]
  parcel: Parcel | undefined
  /** When the goods arrived or should have; deadlines of carriers run from there. */
  eventOn: string
}

/**
 * Checks a wish against the order that it is about.
 *
 * @param parcel the shipment, where orders does not know it by the name that the wish gives
 * @throws {BusinessError} not_found for lines and shipments of other orders; invalid_argument for units that were not
 * shipped, for a line named twice and for amounts above what was paid
 */
export function planClaim(
  order: SoldOrder,
  { kind, lines, shipmentRef }: ClaimWish,
  parcel: Parcel | undefined = parcelOf(order, shipmentRef),
): ClaimPlan {
  const wishes = lines ?? everythingIn(order, parcel)
  const twice = wishes.find(({ orderLineId }, index) =>
    wishes.slice(0, index).some((earlier) => earlier.orderLineId === orderLineId),
  )
  if (twice) throw invalid(`Line ${twice.orderLineId} is named twice.`, { order_line_id: twice.orderLineId })
  if (wishes.length === 0) throw invalid(`Nothing of ${order.number} has been shipped: cancel it instead.`)
  return {
    lines: wishes.map((wish) => planLine(order, kind, wish)),
    parcel,
    eventOn: parcel?.delivered_at ?? `${order.promised_by}T00:00:00.000Z`,
  }
}

function parcelOf(order: SoldOrder, shipmentRef: string | undefined): Parcel | undefined {
  if (shipmentRef === undefined) return order.shipments.length === 1 ? order.shipments[0] : undefined
  const parcel = order.shipments.find(({ shipment_ref }) => shipment_ref === shipmentRef)
  if (parcel) return parcel
  throw new BusinessError('not_found', `${order.number} has no shipment ${shipmentRef}.`, {
    details: { shipments: order.shipments.map(({ shipment_ref }) => shipment_ref) },
  })
}

function everythingIn(order: SoldOrder, parcel: Parcel | undefined): LineWish[] {
  const unitsOf = (line: SoldLine) =>
    parcel && parcel.lines.length > 0
      ? Math.min(line.qty_shipped, parcel.lines.find(({ sku }) => sku === line.sku)?.qty ?? 0)
      : line.qty_shipped
  return order.lines
    .map((line) => ({ orderLineId: line.order_line_id, qty: unitsOf(line), keepItem: false }))
    .filter(({ qty }) => qty > 0)
}

function planLine(order: SoldOrder, kind: ClaimKind, wish: LineWish): PlannedLine {
  const line = order.lines.find(({ order_line_id }) => order_line_id === wish.orderLineId)
  if (!line) throw unknownLine(order, wish.orderLineId)
  const { order_line_id: orderLineId, sku, title } = line
  if (wish.qty > line.qty_shipped)
    throw invalid(`${line.qty_shipped} units of line ${orderLineId} have been shipped, not ${wish.qty}.`, {
      order_line_id: orderLineId,
      qty_shipped: line.qty_shipped,
    })
  const amountMinor = wish.amountMinor ?? (kind === 'late' ? line.shipping_minor : undefined)
  if (amountMinor === 0)
    throw invalid(`Line ${orderLineId} was shipped for nothing: say in amount_minor what is claimed.`, {
      order_line_id: orderLineId,
    })
  const price = Math.floor((line.paid_minor * wish.qty) / line.qty_ordered)
  const most = wish.qty === line.qty_ordered ? line.paid_minor : Math.min(line.paid_minor, price + wish.qty)
  if ((amountMinor ?? 0) > most)
    throw invalid(`${wish.qty} units of line ${orderLineId} cost ${price} minor units, not ${amountMinor}.`, {
      order_line_id: orderLineId,
      paid_minor: price,
    })
  return {
    orderLineId,
    sku,
    title,
    qty: kind === 'late' ? 0 : wish.qty,
    amountMinor,
    estimateMinor: amountMinor ?? price,
    keepItem: wish.keepItem,
  }
}

function unknownLine(order: SoldOrder, orderLineId: string): BusinessError {
  return new BusinessError('not_found', `${order.number} has no line ${orderLineId}.`, {
    details: { lines: order.lines.map(({ order_line_id, title }) => ({ order_line_id, title })) },
    nextActions: [{ tool: 'get_order', arguments: { order_id: order.order_id } }],
  })
}

function invalid(message: string, details: Record<string, unknown> = {}): BusinessError {
  return new BusinessError('invalid_argument', message, { details })
}
