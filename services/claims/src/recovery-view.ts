import { type Kysely, type Selectable, sql } from 'kysely'
import type { z } from 'zod'
import { type Letter, lettersOf } from './correspondence.ts'
import type { RecoveryStatus, Tables } from './database-tables.ts'
import type { Recovery } from './recovery.ts'
import { missingDocuments } from './recovery-filing.ts'
import type { LetterShape, RecoveryShape, RecoverySummary } from './shapes.ts'

type Deadline = Selectable<Tables['recovery_deadline']>

/** One recovery with everything about it. */
export async function describeRecovery(db: Kysely<Tables>, recovery: Recovery): Promise<z.input<typeof RecoveryShape>> {
  const [summary] = await summariesOf(db, [recovery])
  const documents = await db
    .selectFrom('recovery_document')
    .selectAll()
    .where('recovery_id', '=', recovery.id)
    .orderBy('added_at')
    .orderBy('sha256')
    .execute()
  return {
    ...(summary as z.input<typeof RecoverySummary>),
    order_id: recovery.order_id,
    tracking: recovery.tracking,
    policy_no: recovery.policy_no,
    counterparty_ref: recovery.counterparty_ref,
    identification_untrusted: recovery.identification,
    liability_assertion_untrusted: recovery.liability_assertion,
    identified_at: recovery.identified_at.toISOString(),
    filed_at: recovery.filed_at?.toISOString() ?? null,
    ended_at: recovery.ended_at?.toISOString() ?? null,
    ledger_tx: recovery.ledger_tx,
    documents: documents.map(({ kind, uri, sha256, mime }) => ({ kind, uri_untrusted: uri, sha256, mime })),
    missing_documents: missingDocuments(documents),
    correspondence: (await lettersOf(db, 'recovery_id', [recovery.id])).map(letterShape),
    allowed_actions: actionsOf(recovery.status),
  }
}

/** Recoveries as lists and claims show them, in the given order. */
export async function summariesOf(
  db: Kysely<Tables>,
  recoveries: readonly Recovery[],
): Promise<z.input<typeof RecoverySummary>[]> {
  const deadlines = Map.groupBy(await openDeadlines(db, recoveries), ({ recovery_id }) => recovery_id)
  const numbers = await numbersOf(db, recoveries)
  return recoveries.map((recovery) => ({
    recovery_id: recovery.id,
    file_number: recovery.file_number,
    claim_number: numbers.get(recovery.claim_id ?? '') ?? null,
    shipment_ref: recovery.shipment_ref,
    counterparty: { kind: recovery.counterparty_kind, name: recovery.counterparty },
    status: recovery.status,
    basis: recovery.basis,
    currency: recovery.currency,
    expected_minor: recovery.expected_minor,
    claimed_minor: recovery.claimed_minor,
    offered_minor: recovery.offered_minor,
    paid_minor: recovery.paid_minor,
    deadlines: (deadlines.get(recovery.id) ?? []).map(({ step, due_at, alarmed_at }) => ({
      step,
      due_at: due_at.toISOString(),
      alarmed: alarmed_at !== null,
    })),
    version: recovery.version,
  }))
}

/** What was said, as callers see it. */
export function letterShape({ direction, kind, text_untrusted, amount_minor, author, at }: Letter) {
  return { direction, kind, text_untrusted, amount_minor, author, at: at.toISOString() } satisfies z.input<
    typeof LetterShape
  >
}

const answers = ['record_counterparty_response']
const actions: Record<RecoveryStatus, readonly string[]> = {
  identified: ['file_carrier_claim'],
  filed: answers,
  acknowledged: answers,
  offer: [...answers, 'accept_recovery_offer'],
  rejected: answers,
  declined: [...answers, 'write_off_recovery'],
  disputed: [...answers, 'write_off_recovery'],
  accepted: ['accept_recovery_offer'],
  paid: [],
  closed: [],
  written_off: [],
  expired: [],
}

function actionsOf(status: RecoveryStatus): string[] {
  return [...actions[status]]
}

function openDeadlines(db: Kysely<Tables>, recoveries: readonly Recovery[]): Promise<Deadline[]> {
  return db
    .selectFrom('recovery_deadline')
    .selectAll()
    .where('recovery_id', '=', sql<string>`any(${recoveries.map(({ id }) => id)})`)
    .where('ended_at', 'is', null)
    .orderBy('due_at')
    .orderBy('step')
    .execute()
}

async function numbersOf(db: Kysely<Tables>, recoveries: readonly Recovery[]): Promise<Map<string, string>> {
  const ids = recoveries.flatMap(({ claim_id }) => (claim_id === null ? [] : [claim_id]))
  const rows = await db
    .selectFrom('claim')
    .select(['id', 'number'])
    .where('id', '=', sql<string>`any(${ids})`)
    .execute()
  return new Map(rows.map(({ id, number }) => [id, number]))
}
