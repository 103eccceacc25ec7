import { BusinessError } from '@backroom/mcp-service'
import { enqueue } from '@backroom/workflows'
import type { Kysely } from 'kysely'
import type { LabelMethod, Tables } from './database-tables.ts'
import type { Rma } from './rma.ts'
import { requireStatus, setStatus, update } from './rma-status.ts'
import { stopParcel } from './workflows/stop-parcel.ts'

/** How the goods of a return are sent. */
export interface Label {
  method: LabelMethod
  shipmentId?: string
  carrier?: string | undefined
  tracking?: string | undefined
  costMinor?: number
  pickupRef?: string | undefined
}

/**
 * Refuses a label for a return that cannot have one; true when it has the same already.
 *
 * @throws {BusinessError} invalid_transition; conflict when it has another
 */
export function hasLabel(rma: Rma, method: LabelMethod): boolean {
  requireStatus(rma, ['authorized', 'label_issued'], 'given a label')
  if (rma.returnless)
    throw new BusinessError('invalid_transition', `${rma.number} is settled without its goods; it needs no label.`)
  if (rma.label_method === null) return false
  if (rma.label_method === method) return true
  throw new BusinessError('conflict', `${rma.number} has a label already (${rma.label_method}).`, {
    details: { method: rma.label_method, tracking: rma.label_tracking },
  })
}

/** Notes the label of a locked return; the parcel of one that expects no goods any more is stopped. */
export async function setLabel(db: Kysely<Tables>, rma: Rma, label: Label): Promise<Rma> {
  const columns = {
    label_method: label.method,
    label_shipment_id: label.shipmentId ?? null,
    label_carrier: label.carrier ?? null,
    label_tracking: label.tracking ?? null,
    label_cost_minor: label.costMinor ?? null,
    pickup_ref: label.pickupRef ?? null,
  }
  const isExpected = !rma.returnless && (rma.status === 'authorized' || rma.status === 'label_issued')
  if (isExpected) return setStatus(db, rma, 'label_issued', columns)
  const labelled = await update(db, rma, columns)
  await enqueueStop(db, labelled, 'rma')
  return labelled
}

/** Has the parcel of a return that comes to nothing stopped, after commit; nothing happens where none was booked. */
export async function enqueueStop(db: Kysely<Tables>, rma: Rma, actor: string): Promise<void> {
  const { id, number, status, label_shipment_id: shipmentId } = rma
  if (shipmentId === null) return
  await enqueue(db, stopParcel, {
    id: `stop:${shipmentId}`,
    subject: id,
    input: { rmaId: id, shipmentId, reason: `${number} is ${status}` },
    startedBy: actor,
  })
}

/** What a label of ours usually costs, by the policies of the return. */
export function usualLabelCost({ policy_snapshot }: Rma): number {
  return Math.max(0, ...Object.values(policy_snapshot).map(({ label_cost_minor }) => label_cost_minor))
}
