import { setTimeout as sleep } from 'node:timers/promises'
import pg from 'pg'
import { migrationFiles, migrationFolders } from './migration-files.ts'

const RETRY_MS = 500
const CONNECT_MS = 2_000

/**
 * Waits until the database answers and its schema has every migration that this release knows: a server that starts
 * beside its migration, or before its database, serves nobody until then. Told to stop meanwhile, the process ends.
 *
 * @param say told each new reason to wait
 */
export async function awaitSchema(url: string, schema: string, say: (reason: string) => void): Promise<void> {
  const wanted = (await migrationFiles(migrationFolders(schema))).map(({ name }) => name)
  process.once('SIGTERM', leave).once('SIGINT', leave)
  for (let told: string | undefined; ; await sleep(RETRY_MS)) {
    const reason = await reasonToWait(url, schema, wanted)
    if (!reason) break
    if (reason !== told) say(reason)
    told = reason
  }
  process.off('SIGTERM', leave).off('SIGINT', leave)
}

/** As the first process of a container, it would otherwise not hear of it. */
const leave = () => process.exit(0)

async function reasonToWait(url: string, schema: string, wanted: readonly string[]): Promise<string | undefined> {
  const options = `-c search_path=${schema}`
  const client = new pg.Client({ connectionString: url, connectionTimeoutMillis: CONNECT_MS, options })
  client.on('error', () => undefined)
  try {
    await client.connect()
    const { rows } = await client.query<{ name: string }>('select name from migration')
    const done = new Set(rows.map(({ name }) => name))
    const missing = wanted.filter((name) => !done.has(name))
    if (missing.length > 0) return `the migration of this release has not run yet, ${missing[0]} is missing`
  } catch (error) {
    return `the database cannot be used yet: ${(error as Error).message}`
  } finally {
    // Ending what never was a connection may fail as well, and says nothing new.
    await client.end().catch(() => undefined)
  }
}
