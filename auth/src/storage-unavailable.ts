import { errors } from 'oidc-provider'

/** The database did not answer. Callers are told 503 and to come back. */
export class StorageUnavailable extends Error {}

/** SQLSTATE class of values that no column can hold, such as text with a zero character. */
const DATA_EXCEPTION = '22'

/**
 * Runs a query and names its failure.
 *
 * @throws {StorageUnavailable} when the database does not answer
 * @throws {errors.InvalidRequest} when the caller sent something that cannot be kept
 */
export async function stored<Result>(query: Promise<Result>): Promise<Result> {
  return query.catch((cause: Error & { code?: string }) => {
    if (cause.code?.startsWith(DATA_EXCEPTION))
      throw new errors.InvalidRequest('a value has characters that nothing may have')
    throw new StorageUnavailable('the database of auth does not answer', { cause })
  })
}
