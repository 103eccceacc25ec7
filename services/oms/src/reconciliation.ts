import { type Kysely, sql } from 'kysely'
import type { Tables } from './database-tables.ts'
import type { Order } from './order.ts'
import { linesOf, type OrderLine } from './order-line.ts'
import { type Shipment, shipmentsOf } from './shipment.ts'

/** Where two domains tell different stories about one order. */
export interface Difference {
  /** What was compared, such as `payment.captured_minor` or `stock.shipped CAT-1001`. */
  subject: string
  /** What orders says. */
  expected: string
  /** What the other domain says. */
  actual: string
}

/** What inventory keeps for the order. */
export interface StockView {
  reservations: readonly { sku: string; qty: number; state: string }[]
}

/** What payments keeps for the order; minor units. */
export interface PaymentView {
  payment_id: string
  currency: string
  authorized_minor: number
  captured_minor: number
  voided_minor: number
  refunded_minor: number
}

/** What logistics keeps for the order. */
export interface ParcelsView {
  shipments: readonly { shipment_ref: string | null; status: string }[]
}

/** What the other domains say; `undefined` where one knows nothing of the order. */
export interface OthersView {
  stock: StockView | undefined
  payment: PaymentView | undefined
  parcels?: ParcelsView | undefined
}

/** The order of this moment, as it is compared with the other domains. */
export interface OrderView {
  order: Order
  lines: readonly OrderLine[]
  shipments?: readonly Shipment[]
}

/** Reads what is compared. */
export async function readForReconciliation(db: Kysely<Tables>, order: Order): Promise<OrderView> {
  return { order, lines: await linesOf(db, [order.id]), shipments: await shipmentsOf(db, [order.id]) }
}

/** Compares the order with inventory, payments and logistics. */
export function differencesOf(view: OrderView, { stock, payment, parcels }: OthersView): Difference[] {
  return [
    ...stockDifferences(view, stock),
    ...paymentDifferences(view.order, payment),
    ...parcelDifferences(view, parcels),
  ]
}

const arrived = ['delivered', 'delivery_disputed']

/** Compares the parcels that logistics was told of with what it says of them. */
export function parcelDifferences(
  { shipments = [] }: Pick<OrderView, 'shipments'>,
  parcels: ParcelsView | undefined,
): Difference[] {
  return shipments
    .filter(({ tms_shipment_id }) => tms_shipment_id !== null)
    .flatMap(({ shipment_ref, status }) => {
      const told = parcels?.shipments.find((each) => each.shipment_ref === shipment_ref)
      if (!told) return differ(`parcel ${shipment_ref}`, 'known', 'none')
      const [here, there] = [status === 'delivered', arrived.includes(told.status)]
      return differ(`parcel.delivered ${shipment_ref}`, String(here), String(there))
    })
}

/** Compares the units of an order with what inventory keeps and has shipped for it. */
export function stockDifferences({ lines }: Pick<OrderView, 'lines'>, stock: StockView | undefined): Difference[] {
  const kept = (sku: string, states: readonly string[]) =>
    (stock?.reservations ?? [])
      .filter((each) => each.sku === sku && states.includes(each.state))
      .reduce((sum, { qty }) => sum + qty, 0)
  return [...Map.groupBy(lines, ({ sku }) => sku)].flatMap(([sku, same]) => [
    ...differ(`stock.to_send ${sku}`, total(same, 'qty_reserved'), kept(sku, ['allocated', 'picked'])),
    ...differ(`stock.shipped ${sku}`, total(same, 'qty_shipped'), kept(sku, ['shipped'])),
  ])
}

const amounts = ['authorized_minor', 'captured_minor', 'voided_minor', 'refunded_minor'] as const

/** Compares the money of an order with what payments keeps for it. */
export function paymentDifferences(order: Order, payment: PaymentView | undefined): Difference[] {
  if (!order.payment_id) return payment ? differ('payment', 'none', payment.payment_id) : []
  if (!payment) return differ('payment', order.payment_id, 'none')
  return [
    ...differ('payment', order.payment_id, payment.payment_id),
    ...differ('payment.currency', order.currency, payment.currency),
    ...amounts.flatMap((name) => differ(`payment.${name}`, order[name], payment[name])),
  ]
}

function total(lines: readonly OrderLine[], column: 'qty_reserved' | 'qty_shipped'): number {
  return lines.reduce((sum, line) => sum + line[column], 0)
}

function differ(subject: string, expected: string | number, actual: string | number): Difference[] {
  return expected === actual ? [] : [{ subject, expected: String(expected), actual: String(actual) }]
}

/** Processes of the order that have not ended, and facts that have had no effect yet: both explain a difference. */
export async function unfinished(db: Kysely<Tables>, { id, checkout_id }: Order): Promise<string[]> {
  const { rows } = await sql<{ id: string }>`
    select id from saga where subject = any(${[id, checkout_id ?? id]}) and ended_at is null and kind <> 'reconcile'
    union all
    select id from fact where order_id = any(${[id, checkout_id ?? id]}) and state in ('waiting', 'parked')`.execute(db)
  return rows.map((row) => row.id)
}

/** Keeps what the last comparison of an order found, in place of what an earlier one had found. */
export async function keepDifferences(
  db: Kysely<Tables>,
  orderId: string,
  differences: readonly Difference[],
): Promise<void> {
  await sql`
    delete from order_difference where order_id = ${orderId} and subject <> all(${differences.map(({ subject }) => subject)})
  `.execute(db)
  if (differences.length === 0) return
  await db
    .insertInto('order_difference')
    .values(differences.map((difference) => ({ order_id: orderId, ...difference })))
    .onConflict((conflict) =>
      conflict
        .columns(['order_id', 'subject'])
        .doUpdateSet((of) => ({ expected: of.ref('excluded.expected'), actual: of.ref('excluded.actual') })),
    )
    .execute()
}
