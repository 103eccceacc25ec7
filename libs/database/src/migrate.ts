import { readdir, readFile } from 'node:fs/promises'
import { join } from 'node:path'
import { Kysely, PostgresDialect, sql } from 'kysely'
import { type Migration, Migrator } from 'kysely/migration'
import pg from 'pg'

/** A folder of `0001_name.sql` files. The prefix keeps files of several folders apart in the migration table. */
export interface MigrationFolder {
  prefix: string
  path: string
}

/**
 * Brings one schema up to date: runs every SQL file that has not run yet, in order, each in the same transaction, under
 * a lock, so that replicas may start together. Connects as the owner of the schema, never as the service's own role.
 *
 * @throws when a file fails; nothing of this run is kept then
 */
export async function migrate(ownerUrl: string, schema: string, folders: MigrationFolder[]): Promise<void> {
  const pool = new pg.Pool({ connectionString: ownerUrl, max: 1, options: `-c search_path=${schema}` })
  const db = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) })
  try {
    const migrator = new Migrator({
      db,
      migrationTableSchema: schema,
      migrationTableName: 'migration',
      migrationLockTableName: 'migration_lock',
      provider: { getMigrations: () => readMigrations(folders) },
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
  for (const { prefix, path } of folders) {
    const files = (await readdir(path)).filter((file) => file.endsWith('.sql')).sort()
    for (const file of files) {
      const text = await readFile(join(path, file), 'utf8')
      migrations[`${prefix}_${file.slice(0, -4)}`] = { up: async (db) => void (await sql.raw(text).execute(db)) }
    }
  }
  return migrations
}
