import { z } from 'zod'
import { BusinessError } from './errors.ts'

/** Rows of a page: default 20, at most 100. */
export const PageLimit = z.int().min(1).max(100).default(20).describe('Rows to return, at most 100.')

/** Where a list goes on: the value of `next_cursor` of the page before. */
export const Cursor = z.string().max(500).optional().describe('next_cursor of the page before, unchanged.')

/** An opaque cursor holding the sort values of the last row. */
export function encodeCursor(position: readonly (string | number | null)[]): string {
  return Buffer.from(JSON.stringify(position)).toString('base64url')
}

/**
 * The position in a cursor that `encodeCursor` made, checked against the expected shape; undefined without a cursor.
 *
 * @throws {BusinessError} `invalid_argument` for anything else
 */
export function decodeCursor<Position extends z.ZodType>(
  cursor: string | undefined,
  shape: Position,
): z.output<Position> | undefined {
  if (cursor === undefined) return undefined
  try {
    return shape.parse(JSON.parse(Buffer.from(cursor, 'base64url').toString('utf8')))
  } catch {
    throw new BusinessError('invalid_argument', 'The cursor is not one of this list. Leave it out to start again.')
  }
}

/** A page and the cursor of the next one: give it one row more than asked for, and it tells whether there is more. */
export function pageOf<Row>(rows: Row[], limit: number, position: (row: Row) => readonly (string | number | null)[]) {
  const items = rows.slice(0, limit)
  const last = items.at(-1)
  return { items, ...(rows.length > limit && last ? { next_cursor: encodeCursor(position(last)) } : {}) }
}
