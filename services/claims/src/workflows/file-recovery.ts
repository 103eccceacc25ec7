import { createHash } from 'node:crypto'
import { BusinessError } from '@backroom/mcp-service'
import { defineWorkflow, StepFailed, type Steps } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { CounterpartyKind, RecoveryBasis, Tables } from '../database-tables.ts'
import { identify, lockRecovery, type Recovery } from '../recovery.ts'
import { type Filing, fileRecovery } from '../recovery-filing.ts'
import type { TrackedShipment } from '../tracked-shipment.ts'
import { trackedShipment } from './shipment-calls.ts'

export interface FileInput {
  /** The recovery that is noted already. */
  recoveryId?: string | undefined
  shipment: string
  counterparty?: { kind: CounterpartyKind; name: string } | undefined
  basis: RecoveryBasis
  currency: string
  filing: Filing
}

/** Files a recovery, with what logistics knows of the shipment as evidence; one that is not noted yet is noted first. */
export const fileCarrierClaim = defineWorkflow<Tables>()({
  name: 'file_carrier_claim',
  kind: 'file_recovery',
  deadlineMs: 120_000,
  async run(input: FileInput, steps): Promise<{ recoveryId: string }> {
    const tracked = await tracking(input, steps)
    const recoveryId = await steps.transaction('file', async (db) => {
      const recovery = await noted(db, input, tracked)
      const documents = tracked ? [...input.filing.documents, snapshotOf(tracked)] : input.filing.documents
      const number = tracked?.tracking_no ?? null
      return (await fileRecovery(db, recovery, { ...input.filing, documents, tracking: number })).id
    })
    return { recoveryId }
  },
})

/** What logistics says; what is noted already can be filed without. */
async function tracking(
  { recoveryId, shipment, counterparty }: FileInput,
  steps: Pick<Steps<Tables>, 'call' | 'isDeployed'>,
): Promise<TrackedShipment | undefined> {
  try {
    return await trackedShipment(steps, shipment)
  } catch (error) {
    const unknown = error instanceof BusinessError && error.body.code === 'not_found'
    if ((unknown || error instanceof StepFailed) && (recoveryId !== undefined || counterparty)) return undefined
    throw error
  }
}

async function noted(db: Kysely<Tables>, input: FileInput, tracked: TrackedShipment | undefined): Promise<Recovery> {
  if (input.recoveryId) return lockRecovery(db, input.recoveryId)
  const carrier = tracked?.carrier ? { kind: 'carrier' as const, name: tracked.carrier } : undefined
  const party = input.counterparty ?? carrier
  if (!party) throw nobodyToAsk(input.shipment)
  const recovery = await identify(db, {
    claimId: null,
    shipmentRef: tracked?.shipment_ref ?? input.shipment,
    orderId: tracked?.order_ref ?? null,
    counterpartyKind: party.kind,
    counterparty: party.name,
    tracking: tracked?.tracking_no ?? null,
    basis: input.basis,
    currency: input.currency,
    expectedMinor: input.filing.amountMinor,
    eventOn: new Date(tracked?.delivered_at ?? tracked?.promised_by ?? Date.now()),
    actor: input.filing.actor,
  })
  if (recovery) return recovery
  throw new BusinessError('conflict', `There is a recovery of shipment ${input.shipment} from ${party.name} already.`, {
    details: { possible_duplicate_of: { shipment: input.shipment, counterparty: party.name } },
    nextActions: [{ tool: 'list_claim_deadlines', hint: 'It stands there with its recovery_id.' }],
  })
}

/** What logistics said, under the digest of its text, so that it can be told later whether it is the same. */
function snapshotOf(tracked: TrackedShipment): Filing['documents'][number] {
  const sha256 = createHash('sha256').update(JSON.stringify(tracked)).digest('hex')
  return { kind: 'tracking', uri: `logistics://shipment/${tracked.shipment_id}`, sha256, mime: 'application/json' }
}

function nobodyToAsk(shipment: string): BusinessError {
  return new BusinessError(
    'invalid_argument',
    `Shipment ${shipment} went with no carrier. Say in counterparty who is to pay: an insurer or a supplier.`,
    { details: { missing: ['counterparty'] } },
  )
}
