import { Cursor, PageLimit } from '@backroom/mcp-service'
import { z } from 'zod'

/** Arguments of every list tool. */
export const paging = {
  cursor: Cursor,
  limit: PageLimit,
  verbosity: z.enum(['concise', 'full']).default('concise').describe('concise leaves out what is rarely needed'),
}

/** Where a page starts and how long it is. */
export interface PageRequest {
  cursor?: string | undefined
  limit: number
}

/** The published shape of one page of a list; `next_cursor` is absent on the last one. */
export function listOf<Row extends z.ZodType>(row: Row) {
  return z.object({ items: z.array(row), next_cursor: z.string().optional() })
}
