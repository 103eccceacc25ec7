import { z } from 'zod'
import { getClaim as find } from '../claim.ts'
import { describeClaim } from '../claim-view.ts'
import { defineTool } from '../define.ts'
import { ClaimNumber } from '../identifiers.ts'
import { ClaimShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'

export const getClaim = defineTool({
  name: 'get_claim',
  title: 'Get claim',
  description:
    'One claim by its number, or by the handle of a call that was still in progress: lines, evidence, decisions, settlements, what is recovered and by when, and allowed_actions, the tools that make sense for it as it is.',
  scope: 'claims:read',
  effect: 'read',
  openWorld: true,
  input: z.object({ claim_number: ClaimNumber }),
  output: ClaimShape,
  text: ({ claim_number, kind, status }) =>
    `${claim_number} (${kind.replaceAll('_', ' ')}) is ${status.replaceAll('_', ' ')}`,
  handle: async ({ claim_number }, { db, caller }) => {
    const viewer = viewerOf(caller)
    return describeClaim(db, await find(db, claim_number, viewer), viewer)
  },
})
