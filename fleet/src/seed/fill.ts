import { type Bulk, type BulkPart, createBulkFunctions } from '@backroom/demo-data/bulk'
import pg from 'pg'
import { type BulkRun, doneOf, noteDone } from './journal.ts'
import type { BulkSize } from './settings.ts'

/** A schema to be filled. */
export interface Filling {
  ownerUrl: string
  schema: string
  bulk: Bulk
  size: BulkSize
  runs: readonly BulkRun[]
  /** Told how many SKUs or orders a part has gained. */
  advance(count: number): void
  /** Ends it after the range under way. */
  halt: AbortSignal
}

/** Rows that belong together are written in one transaction; what was committed stays when the rest fails. */
const RANGE = 10_000

/** Fills one schema from where an earlier run stopped. */
export async function fill(filling: Filling): Promise<void> {
  await connected(filling, async (client) => {
    await createBulkFunctions(client)
    for (const part of filling.bulk.parts) await fillPart(client, part, filling)
  })
}

/** Brings what follows from the filled tables up to date, and their statistics, visibility and pending index entries. */
export async function settle(filling: Pick<Filling, 'ownerUrl' | 'schema' | 'bulk'>): Promise<void> {
  await connected(filling, async (client) => {
    if (filling.bulk.derive) await client.query(filling.bulk.derive)
    for (const table of filling.bulk.tables) await client.query(`vacuum (analyze) ${table}`)
  })
}

/** How much a part still has to be filled with. */
export async function missing(client: pg.Client, part: BulkPart, size: BulkSize): Promise<number> {
  return Math.max(0, size[part.of] - (await doneOf(client, part.name)))
}

async function fillPart(client: pg.Client, part: BulkPart, { size, runs, advance, halt }: Filling): Promise<void> {
  let done = await doneOf(client, part.name)
  while (done < size[part.of] && !halt.aborted) {
    const { terms, last } = nextRange(part, done, size, runs)
    await client.query('begin')
    await part.fill(client, { from: done + 1, to: last }, terms)
    await noteDone(client, part.name, last)
    await client.query('commit')
    advance(last - done)
    done = last
  }
}

/** Orders keep to their run; SKUs are those of any run. */
function nextRange(part: BulkPart, done: number, size: BulkSize, runs: readonly BulkRun[]) {
  const run = (part.of === 'orders' && runs.find(({ to }) => to > done)) || runs.at(-1)
  if (!run) throw new Error('No run covers what is to be seeded')
  const end = part.of === 'orders' ? Math.min(run.to, size.orders) : size.skus
  return { terms: run.terms, last: Math.min(done + RANGE, end) }
}

async function connected(
  { ownerUrl, schema }: Pick<Filling, 'ownerUrl' | 'schema'>,
  work: (client: pg.Client) => Promise<void>,
): Promise<void> {
  const client = new pg.Client({
    connectionString: ownerUrl,
    options: `-c search_path=${schema} -c synchronous_commit=off -c work_mem=64MB`,
  })
  await client.connect()
  try {
    await work(client)
  } finally {
    await client.end()
  }
}
