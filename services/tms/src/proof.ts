import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import type { ProofKind, Tables } from './database-tables.ts'
import type { Coordinates } from './gazetteer.ts'
import type { Stop } from './plan.ts'

export type Proof = Selectable<Tables['proof_of_delivery']>

export interface NewProof {
  kind: ProofKind
  /** SHA-256 of what was recorded, hexadecimal; it shows later that nobody has changed it. */
  sha256: string
  blobRef?: string | undefined
  recipient?: string | undefined
  position?: Coordinates | undefined
}

const provable = ['scheduled', 'en_route', 'arrived', 'completed'] as const

/**
 * Keeps the proof of a locked stop. A stop has one: the same again answers with it.
 *
 * @throws {BusinessError} conflict when it has another; invalid_transition for a stop that nobody is at
 */
export async function recordProof(
  db: Kysely<Tables>,
  stop: Stop,
  { kind, sha256, blobRef, recipient, position, actor }: NewProof & { actor: string },
): Promise<Proof> {
  const existing = await db
    .selectFrom('proof_of_delivery')
    .selectAll()
    .where('stop_id', '=', stop.id)
    .executeTakeFirst()
  if (existing) {
    if (existing.sha256 === sha256 && existing.kind === kind) return existing
    throw new BusinessError('conflict', `${stop.id} has another proof already.`, {
      details: { proof_id: existing.id, kind: existing.kind, sha256: existing.sha256 },
    })
  }
  if (!provable.some((status) => status === stop.status))
    throw new BusinessError('invalid_transition', `${stop.id} is ${stop.status}; nothing is delivered there.`, {
      details: { status: stop.status, legal: provable },
    })
  return db
    .insertInto('proof_of_delivery')
    .values({
      id: `pod_${ulid()}`,
      stop_id: stop.id,
      shipment_id: stop.shipment_id,
      kind,
      sha256,
      blob_ref: blobRef ?? null,
      recipient: recipient ?? null,
      latitude: position?.latitude ?? null,
      longitude: position?.longitude ?? null,
      recorded_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
}
