import { bulk as catshop } from '@backroom/catshop/bulk'
import { bulk as claims } from '@backroom/claims/bulk'
import { ConfigurationError } from '@backroom/configuration'
import { bulk as oms } from '@backroom/oms/bulk'
import { bulk as payments } from '@backroom/payments/bulk'
import { bulk as rma } from '@backroom/rma/bulk'
import { bulk as wms } from '@backroom/wms/bulk'
import pg from 'pg'
import { fill, missing, settle } from './seed/fill.ts'
import { openJournal, runsFor } from './seed/journal.ts'
import { clock, progressBar } from './seed/progress.ts'
import { type BulkSize, ownerUrlOf, readSize } from './seed/settings.ts'

const schemas = { catshop, wms, oms, payments, rma, claims }

/** `npm run seed`: fills the fleet's database beside the demo, and goes on where it was interrupted. */
async function main(): Promise<void> {
  const size = readSize(process.argv.slice(2))
  const ownerUrl = await ownerUrlOf()
  const client = new pg.Client({ connectionString: ownerUrl })
  await client.connect()
  try {
    await requireDemo(client)
    await openJournal(client)
    await seed(client, ownerUrl, size)
  } finally {
    await client.end()
  }
}

async function seed(client: pg.Client, ownerUrl: string, size: BulkSize): Promise<void> {
  const startedAt = performance.now()
  const runs = await runsFor(client, size)
  let wanted = 0
  for (const { parts } of Object.values(schemas)) for (const part of parts) wanted += await missing(client, part, size)
  const bar = progressBar(wanted)
  const halt = new AbortController()
  for (const signal of ['SIGINT', 'SIGTERM']) process.once(signal, () => halt.abort())
  const fillings = Object.entries(schemas).map(([schema, bulk]) => ({
    ...{ ownerUrl, schema, bulk, size, runs, advance: bar.advance, halt: halt.signal },
  }))
  const ended = await Promise.allSettled(fillings.map((filling) => fill(filling).catch(stopOthers(halt))))
  bar.end()
  const failed = ended.find((one) => one.status === 'rejected')
  if (failed) throw failed.reason
  if (halt.signal.aborted) throw new ConfigurationError('Interrupted. The same command goes on from here.')
  await Promise.all(fillings.map(settle))
  const { rows } = await client.query('select pg_size_pretty(pg_database_size(current_database())) as disk')
  console.log(
    `${size.skus} SKUs and ${size.orders} orders are there, after ${clock((performance.now() - startedAt) / 1_000)} minutes. The database takes ${rows[0].disk}.`,
  )
}

function stopOthers(halt: AbortController) {
  return (error: Error): never => {
    halt.abort()
    throw error
  }
}

/** Bulk data is for demos and benchmarks; it never comes near a shop that trades. */
async function requireDemo(client: pg.Client): Promise<void> {
  for (const schema of Object.keys(schemas)) {
    const { rows } = await client.query(`select 1 from ${schema}.seeded`).catch(() => ({ rows: [] }))
    if (rows.length > 0) continue
    throw new ConfigurationError(
      `The database has no demo data of ${schema}. Start the whole fleet once in the demo profile: npm start`,
    )
  }
}

main().catch((error: Error) => {
  console.error(error instanceof ConfigurationError ? error.message : error.stack)
  process.exit(1)
})
