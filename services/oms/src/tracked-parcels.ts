import type { ParcelsView } from './reconciliation.ts'

/** The answer of logistics about the shipments of an order: the newest in full, the others beside it. */
export interface Tracked {
  shipment_ref: string | null
  status: string
  other_shipments: { shipment_ref: string | null; status: string }[]
}

/** All of them alike. */
export function parcelsOf({ shipment_ref, status, other_shipments }: Tracked): ParcelsView {
  return { shipments: [{ shipment_ref, status }, ...other_shipments] }
}
