import { z } from 'zod'
import { lockClaim } from '../claim.ts'
import { requestShape } from '../claim-view.ts'
import { evidenceKinds } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { requestEvidence as request } from '../evidence.ts'
import { ClaimNumber, Statement } from '../identifiers.ts'
import { EvidenceRequestShape } from '../shapes.ts'
import { requireStaff } from '../viewer.ts'

export const requestEvidence = defineTool({
  name: 'request_evidence',
  title: 'Request evidence',
  description: 'Ask the customer for evidence; the claim waits until some is added, or until it is assessed without.',
  scope: 'claims:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'suspicious',
  input: z.object({
    claim_number: ClaimNumber,
    kinds: z.array(z.enum(evidenceKinds)).min(1).max(8).describe('What is needed'),
    message: Statement.describe('To the customer: what to show, and why'),
  }),
  output: EvidenceRequestShape,
  text: ({ claim_number, kinds }) => `${claim_number} waits for ${kinds.join(', ').replaceAll('_', ' ')}`,
  handle: async ({ claim_number, kinds, message }, { db, caller }) => {
    requireStaff(caller)
    const claim = await lockClaim(db, claim_number)
    const asked = await request(db, claim, { kinds: [...new Set(kinds)], message, actor: caller.subject })
    return { claim_number: claim.number, ...requestShape(asked) }
  },
})
