import { BusinessError } from '@backroom/mcp-service'
import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Claim } from './claim.ts'
import type { ClaimKind, CounterpartyKind, RecoveryBasis, Tables } from './database-tables.ts'
import { startDeadlines } from './deadline.ts'

export type Recovery = Selectable<Tables['recovery']>

/** Something that somebody else may have to pay for. */
export interface NewRecovery {
  claimId: string | null
  shipmentRef: string
  orderId: string | null
  counterpartyKind: CounterpartyKind
  counterparty: string
  service?: string | undefined
  tracking: string | null
  basis: RecoveryBasis
  currency: string
  expectedMinor: number
  /** When the goods arrived or should have: the time to file runs from there. */
  eventOn: Date
  actor: string
}

/** What the carrier did wrong, by what the customer claims; what it cannot have done is not there. */
const carrierFaults: Partial<Record<ClaimKind, RecoveryBasis>> = {
  damaged: 'damage',
  missing: 'shortage',
  not_received: 'loss',
  late: 'delay',
}

/** What a claim of this kind is recovered for, from whom it may be. */
export function basisOf(kind: ClaimKind, counterparty: CounterpartyKind): RecoveryBasis {
  return carrierFaults[kind] ?? (counterparty === 'carrier' ? 'damage' : 'defect')
}

/** Notes that the carrier of a claim's parcel may have to pay for it, so that its time to file is watched. */
export async function identifyCarrier(db: Kysely<Tables>, claim: Claim, actor: string): Promise<void> {
  const basis = carrierFaults[claim.kind]
  if (!basis || !claim.carrier) return
  await identifyFor(db, claim, { kind: 'carrier', name: claim.carrier, expectedMinor: claim.requested_minor, actor })
}

/** Notes that somebody may have to pay for a claim; nothing happens when it is noted already. */
export async function identifyFor(
  db: Kysely<Tables>,
  claim: Claim,
  party: { kind: CounterpartyKind; name: string; expectedMinor: number; actor: string },
): Promise<void> {
  if (!claim.shipment_ref) return
  await identify(db, {
    claimId: claim.id,
    shipmentRef: claim.shipment_ref,
    orderId: claim.order_id,
    counterpartyKind: party.kind,
    counterparty: party.name,
    tracking: claim.tracking,
    basis: basisOf(claim.kind, party.kind),
    currency: claim.currency,
    expectedMinor: party.expectedMinor,
    eventOn: claim.event_on,
    actor: party.actor,
  })
}

/**
 * Notes a recovery, with its time to file.
 *
 * @returns undefined when the same one is noted already
 */
export async function identify(db: Kysely<Tables>, wanted: NewRecovery): Promise<Recovery | undefined> {
  const recovery = await db
    .insertInto('recovery')
    .values({
      id: `rec_${ulid()}`,
      file_number: sql<string>`'RCV-' || to_char(now() at time zone 'utc', 'YYYY-') || lpad(nextval('recovery_file_number')::text, 6, '0')`,
      claim_id: wanted.claimId,
      shipment_ref: wanted.shipmentRef,
      order_id: wanted.orderId,
      counterparty_kind: wanted.counterpartyKind,
      counterparty: wanted.counterparty,
      ...(wanted.service === undefined ? {} : { service: wanted.service }),
      tracking: wanted.tracking,
      status: 'identified',
      basis: wanted.basis,
      currency: wanted.currency,
      expected_minor: wanted.expectedMinor,
      event_on: wanted.eventOn,
    })
    .onConflict((conflict) => conflict.doNothing())
    .returningAll()
    .executeTakeFirst()
  if (!recovery) return undefined
  await db
    .insertInto('recovery_event')
    .values({
      recovery_id: recovery.id,
      type: 'recovery.identified',
      to_status: 'identified',
      actor: wanted.actor,
      data: JSON.stringify({ basis: wanted.basis }),
    })
    .execute()
  await startDeadlines(db, recovery, ['file'], wanted.eventOn)
  return recovery
}

/** A recovery by its id or file number. @throws {BusinessError} not_found */
export function getRecovery(db: Kysely<Tables>, reference: string): Promise<Recovery> {
  return find(db, reference, false)
}

/** Like {@link getRecovery}, and nobody else changes it until the transaction ends. */
export function lockRecovery(db: Kysely<Tables>, reference: string): Promise<Recovery> {
  return find(db, reference, true)
}

/** Recoveries of claims, oldest first. */
export function recoveriesOf(db: Kysely<Tables>, claimIds: readonly string[]): Promise<Recovery[]> {
  return db
    .selectFrom('recovery')
    .selectAll()
    .where('claim_id', '=', sql<string>`any(${claimIds})`)
    .orderBy('id')
    .execute()
}

/** Recoveries of a shipment with the numbers of their claims, oldest first. */
export function recoveriesOfShipment(
  db: Kysely<Tables>,
  shipmentRef: string,
): Promise<{ id: string; number: string | null }[]> {
  return db
    .selectFrom('recovery')
    .leftJoin('claim', 'claim.id', 'recovery.claim_id')
    .select(['recovery.id', 'claim.number'])
    .where('recovery.shipment_ref', '=', shipmentRef)
    .orderBy('recovery.id')
    .limit(10)
    .execute()
}

/** Recoveries by their ids. */
export function recoveriesByIds(db: Kysely<Tables>, ids: readonly string[]): Promise<Recovery[]> {
  return db.selectFrom('recovery').selectAll().where('id', '=', sql<string>`any(${ids})`).orderBy('id').execute()
}

/** @throws {BusinessError} version_conflict when the caller decided on an older state */
export function requireRecoveryVersion({ file_number, version }: Recovery, expected: number | undefined): void {
  if (expected === undefined || expected === version) return
  throw new BusinessError('version_conflict', `${file_number} has changed: it is at version ${version} now.`, {
    details: { expected_version: expected, version },
  })
}

async function find(db: Kysely<Tables>, reference: string, lock: boolean): Promise<Recovery> {
  let query = db
    .selectFrom('recovery')
    .selectAll()
    .where(reference.startsWith('RCV-') ? 'file_number' : 'id', '=', reference)
  if (lock) query = query.forUpdate()
  const recovery = await query.executeTakeFirst()
  if (recovery) return recovery
  throw new BusinessError('not_found', `There is no recovery ${reference}.`, {
    nextActions: [{ tool: 'list_claim_deadlines', hint: 'Open recoveries with what is due.' }],
  })
}
