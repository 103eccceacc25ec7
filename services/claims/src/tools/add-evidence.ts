import { z } from 'zod'
import { lockClaim } from '../claim.ts'
import { evidenceShape } from '../claim-view.ts'
import { evidenceKinds } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { addEvidence as add, sourceOf } from '../evidence.ts'
import { ClaimNumber, Sha256 } from '../identifiers.ts'
import { EvidenceShape } from '../shapes.ts'
import { viewerOf } from '../viewer.ts'

/** Where a file is: nothing is uploaded here, and nothing is fetched. */
export const FileUri = z
  .string()
  .max(2_048)
  .regex(
    /^(https|logistics|returns|inventory):\/\/[^\s<>"'`]+$/,
    'must be an https:// address or a resource of this fleet',
  )
  .describe('Where the file is: https://…, or a resource of this fleet such as logistics://shipment/…')

export const Mime = z
  .string()
  .max(100)
  .regex(/^[a-z]+\/[\w.+-]+$/, 'must be a media type such as image/jpeg')
  .describe('Media type, for example image/jpeg')

export const addEvidence = defineTool({
  name: 'add_evidence',
  title: 'Add evidence',
  description:
    'Add a file to a claim by its address and the digest of its content; the same content again is the same evidence. It answers an open request for evidence.',
  scope: 'claims:write',
  effect: 'write',
  idempotent: true,
  openWorld: true,
  repeat: 'natural',
  input: z.object({
    claim_number: ClaimNumber,
    kind: z.enum(evidenceKinds),
    uri: FileUri,
    sha256: Sha256,
    mime: Mime,
    exif_ok: z.boolean().optional().describe('Whether place and time in the picture fit, if you have looked'),
  }),
  output: EvidenceShape,
  text: ({ evidence_id, kind }) => `${kind.replaceAll('_', ' ')} ${evidence_id} is evidence now`,
  handle: async ({ claim_number, exif_ok, ...file }, { db, caller }) => {
    const claim = await lockClaim(db, claim_number, viewerOf(caller))
    const wanted = { ...file, exifOk: exif_ok, actor: caller.subject, source: sourceOf(caller) }
    return evidenceShape(await add(db, claim, wanted))
  },
})
