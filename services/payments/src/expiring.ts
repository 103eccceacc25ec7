import { type Kysely, sql } from 'kysely'
import type { Intent, Tables } from './database-tables.ts'
import { report } from './facts.ts'
import { lockIntent } from './intent.ts'

/** Authorisations whose capture window closes within a day and that the order process has not been told of. */
export async function reportExpiring(db: Kysely<Tables>): Promise<number> {
  const due = await db
    .updateTable('authorization')
    .set({ expiry_reported_at: sql`now()` })
    .where('id', 'in', (of) =>
      of
        .selectFrom('authorization as a')
        .innerJoin('payment_intent as i', 'i.id', 'a.intent_id')
        .select('a.id')
        .where('a.status', '=', 'authorized')
        .where('a.expiry_reported_at', 'is', null)
        .where('a.capture_before', '<=', sql<Date>`now() + interval '24 hours'`)
        .where('i.status', '=', sql<Intent['status']>`any(array['authorized', 'partially_captured'])`)
        .orderBy('a.capture_before')
        .limit(200),
    )
    .returning(['intent_id', 'capture_before'])
    .execute()
  for (const { intent_id, capture_before } of due) {
    const { order_ref } = await lockIntent(db, { payment_id: intent_id })
    await report(db, {
      type: 'payment.authorization_expiring.v1',
      subject: intent_id,
      id: `${intent_id}:expiring`,
      data: { payment_id: intent_id, order_ref, capture_before: (capture_before ?? new Date()).toISOString() },
    })
  }
  return due.length
}
