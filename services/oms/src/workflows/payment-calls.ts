import { BusinessError } from '@backroom/mcp-service'
import type { Steps } from '@backroom/workflows'

/** What payments answers to an authorisation. Declined is an answer, not an error. */
export interface Authorization {
  payment_id: string
  status: 'authorized' | 'requires_action' | 'declined' | 'failed' | 'unknown'
  action_url?: string
  decline_code?: string
  message?: string
  holds: { hold_id: string; kind: string; blocks: string[] }[]
}

/** A payment as payments sees it; amounts in minor units. */
export interface Payment {
  payment_id: string
  order_ref: string | null
  checkout_id: string | null
  currency: string
  amount_minor: number
  status: string
  refund_status: string
  authorized_minor: number
  captured_minor: number
  voided_minor: number
  refunded_minor: number
  capturable_minor: number
  refundable_minor: number
  holds: { hold_id: string; kind: string; status: string; blocks?: string[]; reason?: string }[]
  captures: { capture_id: string; status: string; amount_minor: number; source_id: string }[]
  refunds: { refund_id: string; status: string; amount_minor: number; source_id: string }[]
  decline_code?: string
  message?: string
}

/** The end of a capture, void or refund. `pending` and `unknown` end later, with a fact. */
export interface MoneyMoved {
  payment_id: string
  status: 'succeeded' | 'pending' | 'failed' | 'unknown'
  amount_minor: number
  currency: string
}

type Calls = Pick<Steps<never>, 'call'>

/** What a part of the money is for; minor units. */
export interface PaidGoods {
  sku: string
  qty: number
  /** Price of the goods after discount. */
  amount_minor: number
  shipping_minor: number
  tax_minor: number
}

export interface AuthorizeRequest {
  checkoutId: string
  orderId: string
  customerId: string
  amountMinor: number
  currency: string
  method: string
  shipToCountry: string
  items: readonly PaidGoods[]
}

/** Asks for the money of a checkout; repeated for the same checkout it answers with the same payment. */
export function authorizePayment(steps: Calls, name: string, request: AuthorizeRequest): Promise<Authorization> {
  return steps.call(name, 'payments', 'authorize_payment', {
    checkout_id: request.checkoutId,
    order_ref: request.orderId,
    customer_id: request.customerId,
    amount_minor: request.amountMinor,
    currency: request.currency,
    method: request.method,
    ship_to_country: request.shipToCountry,
    items: request.items,
  })
}

/** The payment of a checkout; undefined when payments has never heard of it. */
export function paymentOfCheckout(steps: Calls, name: string, checkoutId: string): Promise<Payment | undefined> {
  return findPayment(steps, name, { checkout_id: checkoutId })
}

/** The payment of an order; undefined when it has none. */
export function paymentOfOrder(steps: Calls, name: string, orderId: string): Promise<Payment | undefined> {
  return findPayment(steps, name, { order_ref: orderId })
}

async function findPayment(
  steps: Calls,
  name: string,
  reference: { checkout_id: string } | { order_ref: string },
): Promise<Payment | undefined> {
  try {
    return await steps.call<Payment>(name, 'payments', 'get_payment', reference)
  } catch (error) {
    if (error instanceof BusinessError && error.body.code === 'not_found') return undefined
    throw error
  }
}

/** Takes the money of one shipment; `final` says that nothing more will be shipped, which frees the rest. */
export function capturePayment(
  steps: Calls,
  name: string,
  capture: { paymentId: string; amountMinor: number; shipmentRef: string; final: boolean },
): Promise<MoneyMoved> {
  return steps.call(name, 'payments', 'capture_payment', {
    payment_id: capture.paymentId,
    amount_minor: capture.amountMinor,
    shipment_ref: capture.shipmentRef,
    final: capture.final,
  })
}

/**
 * Gives money back that was authorised and not yet taken; all of it when no amount is named. A payment that was never
 * authorised is closed, so that nothing can be charged later.
 */
export function voidAuthorization(
  steps: Calls,
  name: string,
  request: { paymentId: string; amountMinor?: number; reason: string; sourceId: string },
): Promise<unknown> {
  return steps.call(name, 'payments', 'void_authorization', {
    payment_id: request.paymentId,
    ...(request.amountMinor === undefined ? {} : { amount_minor: request.amountMinor }),
    reason: request.reason,
    source_id: request.sourceId,
  })
}

/** Gives money back that was taken. */
export function refundPayment(
  steps: Calls,
  name: string,
  refund: {
    paymentId: string
    source: 'cancel' | 'late_payment' | 'rma' | 'claim'
    sourceId: string
    amountMinor: number
    reason: string
  },
): Promise<MoneyMoved & { refund_id: string }> {
  return steps.call(name, 'payments', 'refund_payment', {
    payment_id: refund.paymentId,
    source: refund.source,
    source_id: refund.sourceId,
    amount_minor: refund.amountMinor,
    reason: refund.reason,
  })
}

/** Grants a customer credit to spend in the shop, once for a source. */
export function issueStoreCredit(
  steps: Calls,
  name: string,
  credit: {
    customerId: string
    amountMinor: number
    currency: string
    reason: string
    source: 'rma' | 'claim'
    sourceId: string
  },
): Promise<{ credit_id: string }> {
  return steps.call(name, 'payments', 'issue_store_credit', {
    customer_id: credit.customerId,
    amount_minor: credit.amountMinor,
    currency: credit.currency,
    reason: credit.reason,
    source: credit.source,
    source_id: credit.sourceId,
  })
}

/** A page on which a customer may pay what an order costs more; nothing is charged before. */
export function createPaymentLink(
  steps: Calls,
  name: string,
  link: {
    checkoutId: string
    orderId: string
    customerId: string
    amountMinor: number
    currency: string
    reason: string
  },
): Promise<{ payment_id: string; url: string }> {
  return steps.call(name, 'payments', 'create_payment_link', {
    checkout_id: link.checkoutId,
    order_ref: link.orderId,
    customer_id: link.customerId,
    amount_minor: link.amountMinor,
    currency: link.currency,
    reason: link.reason,
  })
}
