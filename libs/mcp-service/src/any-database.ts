import type { Kysely } from 'kysely'

/** A connection or transaction of any domain: the library's own statements name their tables themselves. */
// biome-ignore lint/suspicious/noExplicitAny: the library runs over the tables of any domain.
export type AnyDatabase = Kysely<any>
