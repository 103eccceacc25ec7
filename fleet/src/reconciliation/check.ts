import { setTimeout as sleep } from 'node:timers/promises'
import type { BookName, Books } from './books.ts'

/** One thing that is not as it should be. */
export interface Difference {
  /** What it is about: an order, a SKU, a payment, a process. */
  subject: string
  /** What each side says. */
  says: string
  /** For the operator. */
  todo: string
}

/** What a check has found. */
export interface Findings {
  /** Rows looked at. */
  rows: number
  /** What differs and is explained by a process that is under way. */
  underWay: number
  differences: Difference[]
}

/** A comparison, and the books that it opens. */
export interface Check<Needed extends BookName = BookName> {
  name: string
  needs: readonly Needed[]
  run(books: Required<Pick<Books, Needed>>): Promise<Findings>
}

/** A difference of one item, which may be gone when it is looked at again. */
export interface Suspicion extends Difference {
  /** The item to compare again. */
  id: string
  /** A process is under way that explains it. */
  underWay?: boolean
}

const PAGE = 1_000
const LOOKS = 6
const PAUSE_MS = 500

/** How to go through all items, in order of their ids. */
export type Pages = (after: string, limit: number) => Promise<string[]>

/**
 * Compares item by item between domains that are read one after the other. What differs is looked at again: between the
 * two reads, the work of the fleet has gone on.
 */
export async function compareItems(
  pages: readonly Pages[],
  compare: (ids: string[]) => Promise<Suspicion[]>,
): Promise<Findings> {
  let rows = 0
  let suspicions: Suspicion[] = []
  for (const page of pages) {
    for (let [after, ids] = ['', await page('', PAGE)]; ids.length > 0; ids = await page(after, PAGE)) {
      rows += ids.length
      suspicions.push(...(await compare(ids)))
      after = ids.at(-1) ?? after
    }
  }
  for (let look = 1; look < LOOKS && suspicions.some(({ underWay }) => !underWay); look++) {
    await sleep(PAUSE_MS)
    suspicions = await compare([...new Set(suspicions.map(({ id }) => id))])
  }
  const differences = suspicions.filter(({ underWay }) => !underWay)
  return {
    rows,
    underWay: suspicions.length - differences.length,
    differences: differences.map(({ subject, says, todo }) => ({ subject, says, todo })),
  }
}

/** A check with the types of its books. */
export const defineCheck = <Needed extends BookName>(check: Check<Needed>): Check => check as unknown as Check
