import { type DemoClaim, demoClaims } from '@backroom/demo-data'
import { type Kysely, sql } from 'kysely'
import type { Tables } from '../database-tables.ts'
import { seedRules } from './demo-carriers.ts'
import {
  assessmentRows,
  claimRow,
  decisionRows,
  eventRows,
  evidenceRows,
  lineRow,
  partRows,
} from './demo-claim-rows.ts'
import { seedRecoveries } from './demo-recoveries.ts'

/** Ten claims over the demo orders in various states, and what is recovered for them and for older shipments. */
export async function seedDemo(db: Kysely<Tables>): Promise<void> {
  const claims = demoClaims(new Date())
  await seedRules(db)
  await insertClaims(db, claims)
  await seedRecoveries(db, claims)
  await sql`select count(nextval('claim_number')) from generate_series(1, ${claims.length})`.execute(db)
}

async function insertClaims(db: Kysely<Tables>, claims: readonly DemoClaim[]): Promise<void> {
  await db.insertInto('claim').values(claims.map(claimRow)).execute()
  await db.insertInto('claim_line').values(claims.map(lineRow)).execute()
  await db.insertInto('claim_event').values(claims.flatMap(eventRows)).execute()
  await db.insertInto('evidence').values(claims.flatMap(evidenceRows)).execute()
  await db.insertInto('claim_part').values(claims.flatMap(partRows)).execute()
  await db.insertInto('assessment').values(claims.flatMap(assessmentRows)).execute()
  await db.insertInto('decision').values(claims.flatMap(decisionRows)).execute()
  const asked = claims.filter(({ stage }) => stage === 'info_requested')
  for (const { claimId, openedAt } of asked) await insertRequest(db, claimId, openedAt)
}

async function insertRequest(db: Kysely<Tables>, claimId: string, openedAt: Date): Promise<void> {
  const message = 'Please send a picture of the crack and one of the carton.'
  const at = new Date(openedAt.getTime() + 12 * 3_600_000)
  const by = 'staff-claims'
  await db
    .insertInto('evidence_request')
    .values({
      id: `evr_${claimId.slice(4)}`,
      claim_id: claimId,
      kinds: ['photo', 'packaging'],
      message,
      requested_by: by,
      requested_at: at,
    })
    .execute()
  await db
    .insertInto('correspondence')
    .values({
      id: `ltr_${claimId.slice(4)}`,
      claim_id: claimId,
      direction: 'out',
      kind: 'evidence_request',
      text_untrusted: message,
      author: by,
      at,
    })
    .execute()
}
