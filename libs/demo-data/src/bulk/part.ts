/** A connection to one schema, as its owner. */
export interface BulkConnection {
  query<Row extends Record<string, unknown>>(text: string, values?: unknown[]): Promise<{ rows: Row[] }>
}

/** What bulk data is made of besides numbers: the same terms give the same rows in every schema. */
export interface BulkTerms {
  /** Day before which everything happened, YYYY-MM-DD. */
  anchor: string
  /** Orders draw from the bulk SKUs 1 to this. */
  skus: number
  /** SKUs are kept in WH-1 to this one. */
  warehouses: number
}

/** A part of the bulk data of one schema. SKUs and orders are counted from 1. */
export interface BulkPart {
  name: string
  of: 'skus' | 'orders'
  /** Writes the rows of the SKUs or orders of a range, both ends included, in the caller's transaction. */
  fill(connection: BulkConnection, range: { from: number; to: number }, terms: BulkTerms): Promise<void>
}

/** What a service offers to whoever fills its schema. */
export interface Bulk {
  /** In the order in which they are filled. */
  parts: readonly BulkPart[]
  /** Tables that grow, to be vacuumed and analysed afterwards. */
  tables: readonly string[]
  /** Statement that brings up to date what follows from them; run once they are filled. */
  derive?: string
}
