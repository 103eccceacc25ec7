import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import { write } from './correspondence.ts'
import type { EvidenceKind, Tables } from './database-tables.ts'
import { endDeadlines, startDeadlines } from './deadline.ts'
import type { Recovery } from './recovery.ts'
import { requireRecoveryTransition, setRecoveryStatus } from './recovery-status.ts'

/** A paper that supports a recovery. */
export interface Document {
  kind: EvidenceKind
  uri: string
  sha256: string
  mime: string
}

/** What is said to the counterparty. */
export interface Filing {
  /** Which shipment it is, beyond its tracking number. */
  identification?: string | undefined
  /** That the counterparty is liable, and for what. */
  liabilityAssertion: string
  amountMinor: number
  documents: readonly Document[]
  policyNo?: string | undefined
  tracking?: string | null
  /** When it was handed in; now by default. */
  filedAt?: Date
  actor: string
}

/** What usually has to come with a claim before it is paid. */
const usualDocuments: readonly EvidenceKind[] = ['bill_of_lading', 'invoice']

/**
 * Files a locked recovery, with the minimum content of a claim; the time of the counterparty to answer begins.
 *
 * @throws {BusinessError} invalid_argument with what is missing; invalid_transition
 */
export async function fileRecovery(db: Kysely<Tables>, recovery: Recovery, filing: Filing): Promise<Recovery> {
  requireRecoveryTransition(recovery, 'filed')
  const tracking = filing.tracking ?? recovery.tracking
  const identification = identify({ ...recovery, tracking }, filing)
  const { filedAt = new Date() } = filing
  for (const { kind, uri, sha256, mime } of filing.documents)
    await db
      .insertInto('recovery_document')
      .values({ recovery_id: recovery.id, kind, uri, sha256, mime })
      .onConflict((conflict) => conflict.doNothing())
      .execute()
  const filed = await setRecoveryStatus(
    db,
    recovery,
    'filed',
    { actor: filing.actor, data: { claimed_minor: filing.amountMinor } },
    {
      claimed_minor: filing.amountMinor,
      identification,
      liability_assertion: filing.liabilityAssertion,
      tracking,
      policy_no: filing.policyNo ?? recovery.policy_no,
      filed_at: filedAt,
      filed_by: filing.actor,
    },
  )
  await write(db, {
    recoveryId: recovery.id,
    direction: 'out',
    kind: 'claim',
    text: filing.liabilityAssertion,
    amountMinor: filing.amountMinor,
    author: filing.actor,
  })
  await endDeadlines(db, recovery.id, ['file'])
  await startDeadlines(db, filed, ['acknowledge', 'decide'], filedAt)
  return filed
}

/** Kinds of papers that usually support a claim and that this one lacks. */
export function missingDocuments(documents: readonly { kind: EvidenceKind }[]): EvidenceKind[] {
  return usualDocuments.filter((kind) => !documents.some((document) => document.kind === kind))
}

/** 49 CFR 370.3: facts that identify the shipment. The amount and the assertion of liability are asked for by the schema. */
function identify({ shipment_ref, tracking }: Recovery, { identification, documents }: Filing): string {
  if (identification) return identification
  if (tracking) return `Shipment ${shipment_ref}, tracking number ${tracking}`
  if (documents.some(({ kind }) => kind === 'bill_of_lading'))
    return `Shipment ${shipment_ref}, bill of lading attached`
  throw new BusinessError(
    'invalid_argument',
    `The counterparty cannot tell which shipment this is: no tracking number of ${shipment_ref} is known. Name it in identification, or attach the bill of lading.`,
    { details: { missing: ['identification'], rule: '49 CFR 370.3' } },
  )
}
