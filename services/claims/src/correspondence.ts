import { type Kysely, type Selectable, sql } from 'kysely'
import { ulid } from 'ulid'
import type { Tables } from './database-tables.ts'

export type Letter = Selectable<Tables['correspondence']>

type About = { claimId: string } | { recoveryId: string }

/** Something that was said to or by the other side. */
export type NewLetter = About & {
  direction: 'in' | 'out'
  kind: string
  text: string
  amountMinor?: number | undefined
  author: string
}

/** Keeps what was said; for ever, since nothing here can be changed. */
export async function write(db: Kysely<Tables>, letter: NewLetter): Promise<void> {
  const { direction, kind, text, amountMinor, author } = letter
  await db
    .insertInto('correspondence')
    .values({
      id: `ltr_${ulid()}`,
      claim_id: 'claimId' in letter ? letter.claimId : null,
      recovery_id: 'recoveryId' in letter ? letter.recoveryId : null,
      direction,
      kind,
      text_untrusted: text,
      amount_minor: amountMinor ?? null,
      author,
    })
    .execute()
}

/** What was said about claims or recoveries, oldest first. */
export function lettersOf(
  db: Kysely<Tables>,
  about: 'claim_id' | 'recovery_id',
  ids: readonly string[],
): Promise<Letter[]> {
  return db.selectFrom('correspondence').selectAll().where(about, '=', sql<string>`any(${ids})`).orderBy('id').execute()
}
