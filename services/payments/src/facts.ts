import { type FactType, type Happening, reportFact } from '@backroom/facts'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'

/** Tells the order process, if the transaction commits. */
export function report<Type extends FactType>(db: Kysely<Tables>, fact: Happening<Type>): Promise<void> {
  return reportFact(db, 'payments', fact)
}
