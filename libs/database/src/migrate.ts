import { readFile } from 'node:fs/promises'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pg from 'pg'
import { type MigrationFolder, migrationFiles } from './migration-files.ts'

/**
 * Brings one schema up to date: runs every SQL file that has not run yet, in order, each in the same transaction, under
 * a lock, so that replicas may start together. What a later release has added stays, so that an earlier one can come
 * back. Connects as the owner of the schema, never as the service's own role.
 *
 * @throws when a file fails; nothing of this run is kept then
 */
export async function migrate(ownerUrl: string, schema: string, folders: MigrationFolder[]): Promise<void> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1, options: `-c search_path=${schema}` })
  // A connection that the server closes while it is given back would otherwise end the process.
  pool.on('error', () => undefined)
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const ran = await alreadyRan(db)
    const migrator = new Migrator({
      db,
      migrationTableSchema: schema,
      migrationTableName: 'migration',
      migrationLockTableName: 'migration_lock',
      provider: { getMigrations: async () => ({ ...ran, ...(await readMigrations(folders)) }) },
      // A new file of one folder may sort before files of another that have run already.
      allowUnorderedMigrations: true,
    })
    const { error } = await migrator.migrateToLatest()
    if (error) throw error
  } finally {
    await db.destroy()
  }
}

async function readMigrations(folders: MigrationFolder[]): Promise<Record<string, Migration>> {
  const migrations: Record<string, Migration> = {}
  for (const { name, path } of await migrationFiles(folders)) {
    const text = await readFile(path, 'utf8')
    migrations[name] = { up: async (db) => void (await sql.raw(text).execute(db)) }
  }
  return migrations
}

/** What has run, as if there were nothing in it: the migrator refuses to go on where it misses one of these. */
async function alreadyRan(db: Kysely<unknown>): Promise<Record<string, Migration>> {
  const { rows: tables } = await sql<{ id: string | null }>`select to_regclass('migration')::text as id`.execute(db)
  if (!tables[0]?.id) return {}
  const { rows } = await sql<{ name: string }>`select name from migration`.execute(db)
  return Object.fromEntries(rows.map(({ name }) => [name, { up: async () => undefined }]))
}
