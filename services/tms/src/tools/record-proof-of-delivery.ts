import { z } from 'zod'
import { proofKinds } from '../database-tables.ts'
import { defineTool } from '../define.ts'
import { StopId } from '../identifiers.ts'
import { recordProof } from '../proof.ts'
import { ProofInput, proofOf } from '../proof-shape.ts'
import { lockStop } from '../stop.ts'
import { requireOwn } from '../stop-progress.ts'
import { shipmentUri } from '../uris.ts'

export const recordProofOfDelivery = defineTool({
  name: 'record_proof_of_delivery',
  title: 'Record proof of delivery',
  description:
    'Keep the proof of a delivery by its hash. A stop has one proof: the same again answers with it, another is refused. Complete the stop with update_stop_status.',
  scope: 'tms:drive',
  effect: 'write',
  idempotent: true,
  repeat: 'natural',
  input: ProofInput.extend({ stop_id: StopId }),
  output: z.object({
    proof_id: z.string(),
    stop_id: z.string(),
    shipment_id: z.string(),
    kind: z.enum(proofKinds),
    sha256: z.string(),
    recorded_at: z.string(),
  }),
  text: ({ proof_id, stop_id, kind }) => `${proof_id}: ${kind} for ${stop_id}`,
  handle: async ({ stop_id, ...proof }, { db, caller, changed }) => {
    const { stop, route } = await lockStop(db, stop_id)
    await requireOwn(db, route, caller.role === 'driver' ? caller.subject : undefined)
    const { id, kind, sha256, shipment_id, recorded_at } = await recordProof(db, stop, {
      ...proofOf(proof),
      actor: caller.subject,
    })
    changed(shipmentUri(shipment_id))
    return { proof_id: id, stop_id, shipment_id, kind, sha256, recorded_at: recorded_at.toISOString() }
  },
})
