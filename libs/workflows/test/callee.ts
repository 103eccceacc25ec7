import type { ServiceCaller } from '@backroom/mcp-service'
import { BusinessError } from '@backroom/mcp-service/errors'
import { type Kysely, sql } from 'kysely'
import type { Tables } from './processes.ts'

/** Another domain: does what it is asked once a key, and fails as its arguments say. */
export const calleeOver =
  (db: Kysely<Tables>): ServiceCaller =>
  async (_domain, tool, args, { key = '' } = {}) => {
    const { away = 0, running = 0, refuses = 0 } = args as Record<string, number>
    const { rows } = await sql<{ times: number }>`
      insert into asked (key, tool, times) values (${key}, ${tool}, 1)
      on conflict (key) do update set times = asked.times + 1 returning times`.execute(db)
    const times = rows[0]?.times ?? 0
    if (times <= away) throw new BusinessError('unavailable', 'The other domain does not answer.')
    if (times <= running) return { status: 'in_progress', handle: 'process-1' }
    if (times <= refuses)
      throw new BusinessError('invalid_transition', 'That cannot be done now.', { details: { times } })
    await sql`update asked set done = true where key = ${key}`.execute(db)
    return { tool, times }
  }
