import type { CarrierConnection } from './carrier.ts'

/** Id of the row in `carrier` that stands for the retailer's own vehicles. */
export const OWN_FLEET = 'own_fleet'

/** The number on the parcel at an index of a label, counted from 0. */
export const ownTrackingNo = (labelId: string, index: number) => `BR${labelId.slice(-18)}-${index + 1}`

/** The retailer's own vehicles: nobody is asked, and drivers tell what happens by tools. */
export const ownFleet: CarrierConnection = {
  id: OWN_FLEET,
  buyLabel: async ({ labelId, parcels }) => ({
    status: 'succeeded',
    parcels: parcels.map(({ barcode }, index) => ({ barcode, trackingNo: ownTrackingNo(labelId, index) })),
  }),
  voidLabel: async () => ({ status: 'succeeded', refundMinor: 0 }),
  bookPickup: async ({ pickupId }) => ({ status: 'succeeded', confirmation: pickupId }),
  intercept: async () => ({ status: 'failed', message: 'The driver is at the door already.' }),
}
