import { z } from 'zod'
import { Cursor, PageLimit } from './cursor.ts'

/** Arguments that say which page of a list is wanted. */
export const paging = { cursor: Cursor, limit: PageLimit }

/** How much of each row a list tells. */
export const Verbosity = z
  .enum(['concise', 'full'])
  .default('concise')
  .describe('concise leaves out what is rarely needed')

export interface PageRequest {
  cursor?: string | undefined
  limit: number
}

/** One page of a list; `next_cursor` is absent on the last one. */
export interface Page<Row> {
  items: Row[]
  next_cursor?: string
}

/** The published shape of a {@link Page}. */
export function listOf<Row extends z.ZodType>(row: Row) {
  return z.object({ items: z.array(row), next_cursor: z.string().optional() })
}
