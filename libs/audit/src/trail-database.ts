import type { Kysely } from 'kysely'

/** A connection to a schema that has an audit trail among its own tables; statements name the tables themselves. */
// biome-ignore lint/suspicious/noExplicitAny: the trail of any schema is looked at in the same way.
export type TrailDatabase = Kysely<any>
