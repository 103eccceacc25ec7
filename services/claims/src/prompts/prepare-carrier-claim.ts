import { z } from 'zod'
import { completeShipment } from '../claim-search.ts'
import { definePrompt } from '../define.ts'
import { ShipmentReference } from '../identifiers.ts'
import { recoveriesOfShipment } from '../recovery.ts'
import { claimUri, recoveryUri } from '../uris.ts'
import { requireStaff } from '../viewer.ts'

export const prepareCarrierClaim = definePrompt({
  name: 'prepare_carrier_claim',
  title: 'Prepare a carrier claim',
  description: 'Gather what a claim against a carrier must say, before its deadline.',
  scope: 'claims:read',
  arguments: z.object({ shipment: ShipmentReference }),
  complete: {
    shipment: (typed, { db, caller }) => {
      requireStaff(caller)
      return completeShipment(db, typed)
    },
  },
  messages: async ({ shipment }, { db, caller }) => {
    requireStaff(caller)
    const known = await recoveriesOfShipment(db, shipment)
    const claims = new Set(known.flatMap(({ number }) => (number === null ? [] : [number])))
    return [
      {
        role: 'user',
        text: `Prepare the claim against whoever is liable for shipment ${shipment}. It needs what identifies the shipment, a statement that the carrier is liable and for what, and a definite amount (49 CFR 370.3); bill of lading, invoice and photos support it. Say what is there with its source, what is missing and who has it, how many days are left to file, and what amount can be proved. Then draft the call of file_carrier_claim. File nothing before I agree.`,
      },
      ...known.map(({ id }) => ({ role: 'user' as const, resource: recoveryUri(id) })),
      ...[...claims].map((number) => ({ role: 'user' as const, resource: claimUri(number) })),
    ]
  },
})
