import { setTimeout as pause } from 'node:timers/promises'
import { BusinessError } from '@backroom/mcp-service'
import type { Kysely } from 'kysely'
import type { Tables } from './database-tables.ts'
import { getResolution, type Resolution } from './resolution-state.ts'

const LOOK_MS = 150
const PATIENCE_MS = 60_000

/**
 * Waits until the orders server has told what became of a resolution.
 *
 * @throws {BusinessError} unavailable, to be asked again, when that takes longer than a call can wait
 */
export async function settledResolution(db: Kysely<Tables>, id: string): Promise<Resolution> {
  for (const end = Date.now() + PATIENCE_MS; Date.now() < end; await pause(LOOK_MS)) {
    const resolution = await getResolution(db, id)
    if (resolution.status !== 'pending') return resolution
  }
  throw new BusinessError('unavailable', `${id} is still being brought about. get_return tells when it is.`, {
    retryAfterMs: 5_000,
  })
}
