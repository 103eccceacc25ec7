import {
  type CheckoutBooks,
  type OrderBooks,
  orderIds,
  paymentDifferences,
  readCheckouts,
  readOrders,
} from '@backroom/oms/reconcile'
import {
  grantsFor,
  type MovedBack,
  movedBack,
  type PaymentBooks,
  paidOrders,
  paymentsOf,
} from '@backroom/payments/reconcile'
import { subjectsUnderWay } from '@backroom/workflows/reconcile'
import type { Books } from './books.ts'
import { compareItems, defineCheck, type Suspicion } from './check.ts'

/** Money that orders counts as authorised, taken and given back, against payments; both ways. */
export const ordersAndPayments = defineCheck({
  name: 'orders against payments: authorised, captured, given back',
  needs: ['oms', 'payments'],
  run: ({ oms, payments }) =>
    compareItems(
      [(after, limit) => orderIds(oms, after, limit), (after, limit) => paidOrders(payments, after, limit)],
      async (ids) => {
        const [orders, paid, checkouts] = await Promise.all([
          readOrders(oms, ids),
          paymentsOf(payments, ids),
          readCheckouts(oms, ids),
        ])
        const all = [...paid.values()].flat()
        const busy = await busyWith({ oms, payments }, ids, checkouts, all)
        return ids.flatMap((id) => {
          const own = paid.get(id) ?? []
          const order = orders.get(id)
          if (order) return ofOrder(id, order, own, busy)
          const checkout = checkouts.find((one) => one.order_id === id)
          return own.flatMap((payment) => ofStranger(id, payment, checkout, busy))
        })
      },
    ),
})

/** What cancellations, returns and claims took from the entitlements of an order, against the money that went back. */
export const entitlementsAndRefunds = defineCheck({
  name: 'entitlements against money given back',
  needs: ['oms', 'payments'],
  run: ({ oms, payments }) =>
    compareItems([(after, limit) => orderIds(oms, after, limit)], async (ids) => {
      const [orders, moved, paid] = await Promise.all([
        readOrders(oms, ids),
        movedBack(payments, ids),
        paymentsOf(payments, ids),
      ])
      const busy = await busyWith({ oms, payments }, ids, [], [...paid.values()].flat())
      return [...orders].flatMap(([id, order]) =>
        ofDraws(order, moved.get(id) ?? []).map((says) => ({
          ...{ id, subject: `order ${order.order.number} (${id})`, says },
          underWay: isBusy(id, order, paid.get(id) ?? [], busy),
          todo: `Compare get_order_timeline of ${order.order.number} with get_payment; pay what is owed with propose_refund and refund_payment.`,
        })),
      )
    }),
})

/** Store credit that orders say was given for returns and claims, against what was granted. */
export const entitlementsAndCredit = defineCheck({
  name: 'entitlements against store credit',
  needs: ['oms', 'payments'],
  run: ({ oms, payments }) =>
    compareItems([(after, limit) => orderIds(oms, after, limit)], async (ids) => {
      const orders = await readOrders(oms, ids)
      const credited = [...orders].flatMap(([id, { order, credited: given }]) =>
        given.map((one) => ({ id, number: order.number, ...one })),
      )
      if (credited.length === 0) return []
      const grants = await grantsFor(
        payments,
        credited.map(({ source_id }) => source_id),
      )
      const busy = await subjectsUnderWay(oms, ids)
      return credited.flatMap(({ id, number, source, source_id, used }) => {
        const granted = grants.find((one) => one.source === source && one.source_id === source_id)?.minor ?? 0
        if (granted === used) return []
        return [
          {
            ...{ id, subject: `order ${number} (${id})`, underWay: busy.has(id) },
            says: `${source} ${source_id}: orders says ${used} of store credit, payments granted ${granted}`,
            todo: `Compare get_order_timeline of ${number} with the ledger; grant what is missing with issue_store_credit.`,
          },
        ]
      })
    }),
})

async function busyWith(
  { oms, payments }: Required<Pick<Books, 'oms' | 'payments'>>,
  ids: readonly string[],
  checkouts: readonly CheckoutBooks[],
  paid: readonly PaymentBooks[],
): Promise<Set<string>> {
  const checkoutIds = [...checkouts.map(({ id }) => id), ...paid.map(({ checkout_id }) => checkout_id)]
  return new Set([
    ...(await subjectsUnderWay(oms, [...ids, ...checkoutIds])),
    ...(await subjectsUnderWay(payments, [...ids, ...checkoutIds, ...paid.map(({ payment_id }) => payment_id)])),
  ])
}

function isBusy(
  id: string,
  { expectsFacts, order }: OrderBooks,
  paid: readonly PaymentBooks[],
  busy: Set<string>,
): boolean {
  if (expectsFacts || busy.has(id) || busy.has(order.checkout_id ?? '')) return true
  return paid.some(({ payment_id, under_way }) => under_way || busy.has(payment_id))
}

function ofOrder(id: string, books: OrderBooks, paid: readonly PaymentBooks[], busy: Set<string>): Suspicion[] {
  const { order, unpaidParcels } = books
  const common = { id, subject: `order ${order.number} (${id})`, underWay: isBusy(id, books, paid, busy) }
  const own = paid.find(({ payment_id }) => payment_id === order.payment_id)
  const others = paid.filter((payment) => payment !== own && holdsMoney(payment))
  return [
    ...paymentDifferences(order, own).map(({ subject, expected, actual }) => ({
      ...common,
      says: `${subject}: orders says ${expected}, payments says ${actual}`,
      todo: `Compare get_order_timeline of ${order.number} with get_payment; is a process or a fact of it parked (reconcile_order)?`,
    })),
    ...others.map((payment) => ({
      ...common,
      says: `payments holds ${describe(payment)} in ${payment.payment_id}, a second payment of the order`,
      todo: `Give it back: void_authorization or refund_payment of ${payment.payment_id}.`,
    })),
    ...unpaidParcels.map((parcel) => ({
      ...common,
      says: `${parcel} has left and its money was not taken`,
      todo: `Take it: capture_payment of ${order.payment_id} with shipment_ref ${parcel}.`,
    })),
  ]
}

/** Money without an order: a checkout under way may hold some. */
function ofStranger(
  id: string,
  payment: PaymentBooks,
  checkout: CheckoutBooks | undefined,
  busy: Set<string>,
): Suspicion[] {
  if (!holdsMoney(payment)) return []
  const { payment_id, checkout_id, under_way } = payment
  const isRunning = checkout?.state === 'running' || checkout?.state === 'requires_action'
  return [
    {
      ...{ id, subject: `payment ${payment_id}` },
      says: `holds ${describe(payment)} for order ${id}, which does not exist`,
      todo: `Give it back: void_authorization or refund_payment of ${payment_id}; then look at get_saga of checkout ${checkout_id}.`,
      underWay: under_way || isRunning || [id, checkout_id, payment_id].some((one) => busy.has(one)),
    },
  ]
}

function holdsMoney(payment: PaymentBooks): boolean {
  return reservedOf(payment) > 0 || payment.captured_minor > payment.refunded_minor
}

/** An authorisation that has ended holds nothing, whatever its sums were. */
function reservedOf({ status, authorized_minor, captured_minor, voided_minor }: PaymentBooks): number {
  const live = status === 'authorized' || status === 'partially_captured'
  return live ? authorized_minor - captured_minor - voided_minor : 0
}

function describe(payment: PaymentBooks): string {
  const { currency, captured_minor, refunded_minor } = payment
  return `${reservedOf(payment)} reserved and ${captured_minor - refunded_minor} taken (${currency}, minor units)`
}

/**
 * A cancellation or an edit gives back what it took from the order, unless money that was taken was to stay or was never
 * there. A return or a claim gives back exactly what its orders have booked.
 */
function ofDraws({ order, drawn }: OrderBooks, moved: readonly MovedBack[]): string[] {
  const causes = new Map([...drawn, ...moved].map(({ source, source_id }) => [`${source} ${source_id}`, source]))
  const { authorized_minor, voided_minor, refunded_minor, due_minor, payment_status, payment_id } = order
  const isOwed = authorized_minor - voided_minor - refunded_minor > due_minor && payment_status !== 'overcharged'
  return [...causes].flatMap(([cause, source]) => {
    const is = (one: { source: string; source_id: string }) => `${one.source} ${one.source_id}` === cause
    const { used = 0, held = 0 } = drawn.find(is) ?? {}
    const { minor = 0 } = moved.find(is) ?? {}
    if (!payment_id || minor === used) return []
    if (minor < used && source === 'cancel' && !isOwed) return []
    return [`${cause}: ${used} drawn from the entitlement (and ${held} held), ${minor} given back`]
  })
}
