import { BusinessError, type Caller } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import { ulid } from 'ulid'
import type { Claim } from './claim.ts'
import { setStatus, takeUp } from './claim-status.ts'
import { write } from './correspondence.ts'
import type { EvidenceKind, Tables } from './database-tables.ts'
import { note } from './history.ts'

export type Evidence = Selectable<Tables['evidence']>
export type EvidenceRequest = Selectable<Tables['evidence_request']>

export interface NewEvidence {
  kind: EvidenceKind
  uri: string
  /** Of the content, in hexadecimal. */
  sha256: string
  mime: string
  exifOk?: boolean | undefined
  actor: string
  source: Evidence['source']
}

const over = ['draft', 'settled', 'closed', 'withdrawn']

/**
 * Adds evidence to a locked claim. The same content again is the same evidence. It answers an open request, which brings
 * the claim back under review.
 *
 * @throws {BusinessError} invalid_transition for a claim that is over; conflict for the same content described otherwise
 */
export async function addEvidence(db: Kysely<Tables>, claim: Claim, wanted: NewEvidence): Promise<Evidence> {
  const { kind, uri, sha256, mime, actor, source } = wanted
  const existing = await db
    .selectFrom('evidence')
    .selectAll()
    .where('claim_id', '=', claim.id)
    .where('sha256', '=', sha256)
    .executeTakeFirst()
  if (existing) return sameEvidence(existing, wanted)
  if (over.includes(claim.status)) throw tooLate(claim)
  const evidence = await db
    .insertInto('evidence')
    .values({
      id: `evd_${ulid()}`,
      claim_id: claim.id,
      kind,
      uri,
      sha256,
      mime,
      source,
      exif_ok: source === 'customer' ? null : (wanted.exifOk ?? null),
      added_by: actor,
    })
    .returningAll()
    .executeTakeFirstOrThrow()
  await note(db, { claimId: claim.id, type: 'claim.evidence_added', actor, data: { evidence_id: evidence.id, kind } })
  await answerRequest(db, claim, actor)
  return evidence
}

/**
 * Asks the customer for evidence about a locked claim; it waits for the answer. A request that is open gives way to this one.
 *
 * @throws {BusinessError} invalid_transition unless the claim is, or can be taken, under review
 */
export async function requestEvidence(
  db: Kysely<Tables>,
  claim: Claim,
  { kinds, message, actor }: { kinds: readonly EvidenceKind[]; message: string; actor: string },
): Promise<EvidenceRequest> {
  const reviewed = await takeUp(db, claim, actor)
  await closeRequest(db, claim)
  await setStatus(db, reviewed, 'info_requested', { type: 'claim.info_requested', actor, data: { kinds } })
  await write(db, { claimId: claim.id, direction: 'out', kind: 'evidence_request', text: message, author: actor })
  return db
    .insertInto('evidence_request')
    .values({ id: `evr_${ulid()}`, claim_id: claim.id, kinds: [...kinds], message, requested_by: actor })
    .returningAll()
    .executeTakeFirstOrThrow()
}

/** Whose evidence it is, by who brings it. */
export function sourceOf({ kind }: Caller): Evidence['source'] {
  if (kind === 'customer' || kind === 'service') return kind
  return 'staff'
}

async function answerRequest(db: Kysely<Tables>, claim: Claim, actor: string): Promise<void> {
  if (claim.status !== 'info_requested') return
  await closeRequest(db, claim)
  await setStatus(db, claim, 'under_review', { type: 'claim.info_received', actor })
}

/** Ends the open request of a claim, if there is one. */
export async function closeRequest(db: Kysely<Tables>, { id }: Claim): Promise<void> {
  await db
    .updateTable('evidence_request')
    .set({ answered_at: new Date() })
    .where('claim_id', '=', id)
    .where('answered_at', 'is', null)
    .execute()
}

function sameEvidence(existing: Evidence, { kind, uri, mime }: NewEvidence): Evidence {
  if (existing.kind === kind && existing.uri === uri && existing.mime === mime) return existing
  throw new BusinessError('conflict', 'This content is evidence of the claim already, under another description.', {
    details: { evidence_id: existing.id, kind: existing.kind, uri: existing.uri, mime: existing.mime },
  })
}

function tooLate({ number, status }: Claim): BusinessError {
  const why = status === 'draft' ? 'a draft: open the claim first' : `${status}: nothing is to be proved any more`
  return new BusinessError('invalid_transition', `${number} is ${why}.`, { details: { status, legal: [] } })
}
