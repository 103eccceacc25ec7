import { z } from 'zod'
import { ClaimableShape, detectClaimable } from '../claimable.ts'
import { defineTool } from '../define.ts'
import { Day } from '../identifiers.ts'
import { requireStaff } from '../viewer.ts'

export const detectClaimableShipments = defineTool({
  name: 'detect_claimable_shipments',
  title: 'Detect claimable shipments',
  description:
    'Shipments that logistics reports as lost, damaged, short or late since a day, without a claim or a filed recovery, and what the carrier would owe. File with file_carrier_claim.',
  scope: 'claims:read',
  effect: 'read',
  input: z.object({ since: Day }),
  output: z.object({ items: z.array(ClaimableShape) }),
  text: ({ items }) => `${items.length} shipments without a claim`,
  handle: async ({ since }, { db, caller, callService }) => {
    requireStaff(caller)
    return { items: await detectClaimable(db, callService, `${since}T00:00:00.000Z`) }
  },
})
