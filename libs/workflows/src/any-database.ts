import type { Kysely } from 'kysely'

/** A connection or transaction of any domain that has the tables of this library. */
// biome-ignore lint/suspicious/noExplicitAny: the library runs over the tables of any domain.
export type AnyDatabase = Kysely<any>
