import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { CounterpartyKind, Tables } from './database-tables.ts'
import { getRecovery, type Recovery } from './recovery.ts'
import { requireRecoveryTransition } from './recovery-status.ts'

/** How a caller names what is to be filed. */
export interface Named {
  recoveryId?: string | undefined
  shipmentRef?: string | undefined
  counterparty?: { kind: CounterpartyKind; name: string } | undefined
}

/**
 * The recovery that is noted and not filed yet; undefined when none is noted for the shipment.
 *
 * @throws {BusinessError} invalid_argument when nothing is named, or several fit; invalid_transition when it is filed
 */
export async function findIdentified(db: Kysely<Tables>, named: Named): Promise<Recovery | undefined> {
  const { recoveryId, shipmentRef, counterparty } = named
  if (recoveryId !== undefined) {
    const recovery = await getRecovery(db, recoveryId)
    requireRecoveryTransition(recovery, 'filed')
    return recovery
  }
  if (shipmentRef === undefined)
    throw new BusinessError('invalid_argument', 'Name the shipment in shipment_id, or the recovery in recovery_id.')
  let query = db
    .selectFrom('recovery')
    .selectAll()
    .where('shipment_ref', '=', shipmentRef)
    .where('status', '!=', 'expired')
  if (counterparty)
    query = query.where('counterparty_kind', '=', counterparty.kind).where('counterparty', '=', counterparty.name)
  const all = await query.orderBy('id').execute()
  const open = all.filter(({ status }) => status === 'identified')
  if (open.length > 1)
    throw new BusinessError('invalid_argument', `${open.length} recoveries of ${shipmentRef} can be filed: name one.`, {
      details: { recovery_ids: open.map(({ id }) => id) },
    })
  const [only] = open
  const [filed] = all
  if (!only && filed) requireRecoveryTransition(filed, 'filed')
  return only
}
