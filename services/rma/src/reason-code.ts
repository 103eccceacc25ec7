import { BusinessError } from '@backroom/mcp-service'
import type { Kysely, Selectable } from 'kysely'
import type { Tables } from './database-tables.ts'

export type Reason = Selectable<Tables['reason_code']>

/** The whole vocabulary. */
export function reasonCodes(db: Kysely<Tables>): Promise<Reason[]> {
  return db.selectFrom('reason_code').selectAll().orderBy('code').execute()
}

/**
 * The reasons of codes, in order.
 *
 * @throws {BusinessError} invalid_argument that names the codes there are
 */
export async function reasonsOf(db: Kysely<Tables>, codes: readonly string[]): Promise<Reason[]> {
  const known = await reasonCodes(db)
  return codes.map((code) => {
    const reason = known.find((each) => each.code === code)
    if (reason) return reason
    const names = known.map((each) => each.code)
    throw new BusinessError('invalid_argument', `There is no reason ${code}. Take one of ${names.join(', ')}.`, {
      details: { reason: code, reasons: names },
    })
  })
}
