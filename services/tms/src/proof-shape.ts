import { z } from 'zod'
import { proofKinds } from './database-tables.ts'
import { Coordinates } from './identifiers.ts'
import type { NewProof } from './proof.ts'

/** What a driver hands in as proof of a delivery. */
export const ProofInput = z.object({
  kind: z.enum(proofKinds),
  sha256: z
    .string()
    .regex(/^[0-9a-f]{64}$/)
    .describe('SHA-256 of the photo, signature, PIN or track, in lower-case hexadecimal'),
  blob_ref: z.string().min(1).max(500).optional().describe('Where the original is kept'),
  recipient: z.string().trim().min(1).max(120).optional().describe('Who took it'),
  position: Coordinates.optional(),
})

export function proofOf({ kind, sha256, blob_ref, recipient, position }: z.output<typeof ProofInput>): NewProof {
  return { kind, sha256, blobRef: blob_ref, recipient, position }
}
