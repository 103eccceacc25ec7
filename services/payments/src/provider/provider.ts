import type { IncomingHttpHeaders } from 'node:http'

/**
 * A payment service provider, as the rest of payments sees it. Amounts are integer minor units.
 *
 * Every operation carries an id of ours (the id of its row, committed before the call), which is the provider's
 * idempotency key for ever: the same id again never moves money twice. None of these functions throws because the
 * provider answered badly or not at all: that is `unknown`.
 */
export interface Provider {
  readonly name: ProviderName
  readonly capabilities: Capabilities
  authorize(request: AuthorizeRequest): Promise<AuthorizeOutcome>
  capture(request: CaptureRequest): Promise<OperationOutcome>
  void(request: VoidRequest): Promise<OperationOutcome>
  refund(request: RefundRequest): Promise<OperationOutcome>
  /**
   * What became of an operation whose outcome is unknown. After `not_found` the same operation may be sent again, with
   * the same id: a request may still have been on its way.
   */
  lookup(operation: OperationReference): Promise<AuthorizeOutcome | OperationOutcome | { status: 'not_found' }>
  submitDisputeEvidence(request: DisputeEvidenceRequest): Promise<OperationOutcome>
  acceptDispute(request: { operationId: string; disputeRef: string }): Promise<OperationOutcome>
  /** Every movement that the provider booked from a moment up to another (not included), oldest first. */
  movements(from: Date, to: Date): Promise<Movement[]>
  /** Every authorization that was asked for in a period, where the provider can list them. */
  authorizations?(from: Date, to: Date): Promise<HeldAuthorization[]>
  /**
   * Makes sure that a notification comes from the provider, now, as it was sent.
   *
   * @throws {BadWebhook} when the signature, its age or the body is not right
   */
  verifyWebhook(rawBody: Buffer, headers: IncomingHttpHeaders): Notification
  /** What a verified notification says; undefined: nothing of interest here. */
  readEvent(payload: unknown): ProviderEvent | undefined
  /** The confirmation that a customer owes for an intent, when the page for it is ours and not the provider's. */
  readonly customerAction?: CustomerAction
}

export const providerNames = ['simulator', 'stripe'] as const
export type ProviderName = (typeof providerNames)[number]

export interface Capabilities {
  /** One authorization can be captured in several parts. Without it the first capture is final and releases the rest. */
  multicapture: boolean
  /** A part of an authorization can be released. Without it the rest is released by the final capture or a full void. */
  partialVoid: boolean
  /** Method by which a customer pays later, on a page of the provider. Absent: there is none. */
  linkMethod?: string
}

export interface AuthorizeRequest {
  operationId: string
  /** Names the page where the customer confirms, and what the provider shows as our reference. */
  intentId: string
  orderRef: string
  customerId: string
  amountMinor: number
  currency: string
  /** Token of a payment method at the provider; never card data. */
  method: string
}

export interface CaptureRequest {
  operationId: string
  authorizationRef: string
  amountMinor: number
  currency: string
  /** Nothing more will be captured: the provider releases the rest. */
  final: boolean
}

export interface VoidRequest {
  operationId: string
  authorizationRef: string
  /** Absent: all that is left. A part only where `capabilities.partialVoid`. */
  amountMinor?: number
  currency: string
}

export interface RefundRequest {
  operationId: string
  /** The authorization whose captured money goes back. */
  authorizationRef: string
  amountMinor: number
  currency: string
  reason: string
}

export interface DisputeEvidenceRequest {
  operationId: string
  disputeRef: string
  /** Named texts, such as tracking number or proof of delivery. */
  evidence: Record<string, string>
}

export type OperationKind = 'authorize' | 'capture' | 'void' | 'refund'

/** Enough to find an operation again; `authorizationRef` as far as it is known (always, but for an authorization). */
export interface OperationReference {
  kind: OperationKind
  operationId: string
  authorizationRef?: string
}

export type AuthorizeOutcome =
  | {
      status: 'succeeded'
      authorizationRef: string
      amountMinor: number
      /** The money can be captured until then. */
      captureBefore: Date
      /** What the provider thinks of this payment. */
      risk: 'normal' | 'elevated'
      /** The method allows one capture only, whatever the provider can do otherwise. */
      singleCapture?: true
    }
  /** The customer must confirm at that page first; the end of it comes as a `ProviderEvent` and shows in `lookup`. */
  | { status: 'requires_action'; authorizationRef: string; actionUrl: string }
  /** The customer's bank said no; `code` such as `card_declined`, `message` in plain words for the customer. */
  | { status: 'declined'; code: string; message: string; authorizationRef?: string }
  | Failed
  | Unknown

export type OperationOutcome =
  | {
      status: 'succeeded'
      providerRef: string
      amountMinor: number
    }
  /** Accepted, ends later with a `ProviderEvent` (refunds of some methods). */
  | { status: 'pending'; providerRef: string }
  | Failed
  | Unknown

/** Definitive: no money moved and none will under this id. A new attempt takes a new id. */
export interface Failed {
  status: 'failed'
  code: string
  message: string
}

/** Nobody knows whether it happened: look it up or send it again with the same id, never with a new one. */
export interface Unknown {
  status: 'unknown'
  reason: string
}

/** A notification as it came. */
export interface Notification {
  /** Unique at the provider; the same again is the same notification. */
  eventId: string
  /** The provider's own name of what happened. */
  type: string
  payload: unknown
}

/** A notification in our terms. It may come late, twice, out of order, and before the call that caused it is answered. */
export type ProviderEvent =
  | { about: 'operation'; operation: OperationReference; outcome: AuthorizeOutcome | OperationOutcome }
  | { about: 'authorization_expired'; authorizationRef: string; operationId?: string }
  | { about: 'dispute'; dispute: ProviderDispute }

export interface ProviderDispute {
  disputeRef: string
  authorizationRef: string
  amountMinor: number
  currency: string
  /** The provider's reason code, such as `fraudulent` or `product_not_received`. */
  reason: string
  status: 'warning' | 'needs_response' | 'under_review' | 'won' | 'lost' | 'accepted'
  respondBy: Date | null
}

/** One booking in the provider's books; fees are positive and already part of no amount. */
export interface Movement {
  kind: 'capture' | 'refund' | 'dispute' | 'dispute_reversal'
  /** Our id of the capture or refund; null for what the provider started itself. */
  operationId: string | null
  providerRef: string
  authorizationRef: string
  amountMinor: number
  feeMinor: number
  currency: string
  bookedAt: Date
}

/** An authorization in the provider's books; minor units. */
export interface HeldAuthorization {
  authorizationRef: string
  intentId: string
  status: 'requires_action' | 'authorized' | 'declined' | 'voided' | 'expired'
  amountMinor: number
  capturedMinor: number
  voidedMinor: number
  refundedMinor: number
  currency: string
}

/** The page where a customer confirms a payment (3-D Secure), for providers that leave it to us. */
export interface CustomerAction {
  read(intentId: string): Promise<CustomerActionState | undefined>
  /** Idempotent; the first answer stands. */
  complete(intentId: string, decision: 'approve' | 'decline'): Promise<CustomerActionState | undefined>
}

export interface CustomerActionState {
  status: 'waiting' | 'approved' | 'declined' | 'expired'
  amountMinor: number
  currency: string
}

/** A notification that is not from the provider, or not what it sent. */
export class BadWebhook extends Error {
  override name = 'BadWebhook'
}
