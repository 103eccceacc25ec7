import { getClaim } from '../claim.ts'
import { completeNumber } from '../claim-search.ts'
import { describeClaim } from '../claim-view.ts'
import { defineResource } from '../define.ts'
import { viewerOf } from '../viewer.ts'

export const claim = defineResource({
  name: 'claim',
  title: 'Claim',
  description: 'A claim with its lines, evidence, decisions, settlements and recoveries, by number.',
  uri: 'claims://claim/{number}',
  scope: 'claims:read',
  subscribable: true,
  complete: { number: (typed, { db, caller }) => completeNumber(db, typed, viewerOf(caller)) },
  read: async ({ number = '' }, { db, caller }) => {
    const viewer = viewerOf(caller)
    return describeClaim(db, await getClaim(db, number, viewer), viewer)
  },
})
