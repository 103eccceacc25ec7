/** The database did not answer. Callers are told 503 and to come back. */
export class StorageUnavailable extends Error {}

/** Runs a query and turns its failure into {@link StorageUnavailable}. */
export async function stored<Result>(query: Promise<Result>): Promise<Result> {
  return query.catch((cause) => {
    throw new StorageUnavailable('the database of auth does not answer', { cause })
  })
}
