import type { IncomingHttpHeaders } from 'node:http'
import type { PostalAddress, TrackingCode } from '../database-tables.ts'

/**
 * A connection to a carrier. Every request carries an id of ours (the id of its row, committed before the call), which is
 * the carrier's key for ever: the same id again never has a second effect. None of these functions throws because the
 * carrier answered badly or not at all: that is `unknown`, and the same request is sent again.
 */
export interface CarrierConnection {
  /** Id of the row in `carrier`. */
  readonly id: string
  buyLabel(request: LabelRequest): Promise<CarrierAnswer<BoughtLabel>>
  /** Gives a label back of which no parcel was collected. */
  voidLabel(request: {
    labelId: string
    trackingNos: readonly string[]
  }): Promise<CarrierAnswer<{ refundMinor: number }>>
  bookPickup(request: PickupRequest): Promise<CarrierAnswer<{ confirmation: string }>>
  /** Asks for the parcels of a label to be turned back on their way. Failed: they go on to where they were sent. */
  intercept(request: { interceptionId: string; trackingNos: readonly string[] }): Promise<CarrierAnswer<object>>
  /**
   * Makes sure that a notification comes from the carrier, now, as it was sent, and says it in our terms. Absent: the
   * carrier sends none.
   *
   * @throws {BadWebhook} when the signature, its age or the body is not right
   */
  readWebhook?(rawBody: Buffer, headers: IncomingHttpHeaders): Scan[]
}

export type CarrierAnswer<Success> =
  | ({ status: 'succeeded' } & Success)
  /** Definitive: the carrier did nothing and will not under this id. */
  | { status: 'failed'; message: string }
  /** Nobody knows: send it again with the same id. */
  | { status: 'unknown'; reason: string }

/** What a carrier gave each parcel. */
export interface BoughtLabel {
  parcels: readonly { barcode: string; trackingNo: string }[]
}

export interface LabelRequest {
  labelId: string
  service: string
  from: PostalAddress
  to: PostalAddress
  parcels: readonly { barcode: string; weightG: number }[]
  transitDays: number
  costMinor: number
}

export interface PickupRequest {
  pickupId: string
  at: PostalAddress
  from: Date
  to: Date
}

/** Something that a carrier says happened to a parcel. It may come late, twice and out of order. */
export interface Scan {
  /** Unique at the carrier; the same again is the same scan. */
  eventId: string
  trackingNo: string
  code: TrackingCode
  occurredAt: Date
  place: string | null
  detail: string | null
  raw: unknown
}

/** A notification that is not from the carrier, or not what it sent. */
export class BadWebhook extends Error {
  override name = 'BadWebhook'
}
