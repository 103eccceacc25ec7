import { existsSync } from 'node:fs'
import { readdir } from 'node:fs/promises'
import { join } from 'node:path'

/** A folder of `0001_name.sql` files. The prefix keeps files of several folders apart in the migration table. */
export interface MigrationFolder {
  prefix: string
  path: string
}

/** One migration: its name in the migration table, and its file. */
export interface MigrationFile {
  name: string
  path: string
}

const root = join(import.meta.dirname, '..', '..', '..')

/** The folders that make up the schema of a server, as far as they are in this checkout or image. */
export function migrationFolders(schema: string): MigrationFolder[] {
  const home = schema === 'auth' ? 'auth' : join('services', schema)
  const own = { prefix: schema, path: join(root, home, 'migrations') }
  // Its name comes after those of the tables that it seals: files run in the order of prefix and name.
  const trail = { prefix: 'trail', path: join(root, 'libs', 'audit', 'migrations') }
  const shared = { prefix: 'service', path: join(root, 'libs', 'mcp-service', 'migrations') }
  const workflow = { prefix: 'workflow', path: join(root, 'libs', 'workflows', 'migrations') }
  const folders = schema === 'auth' ? [own, trail] : [shared, workflow, trail, own]
  return folders.filter(({ path }) => existsSync(path))
}

/** The files of these folders, in the order of their names within each. */
export async function migrationFiles(folders: readonly MigrationFolder[]): Promise<MigrationFile[]> {
  const found = folders.map(async ({ prefix, path }) => {
    const files = (await readdir(path)).filter((file) => file.endsWith('.sql')).sort()
    return files.map((file) => ({ name: `${prefix}_${file.slice(0, -4)}`, path: join(path, file) }))
  })
  return (await Promise.all(found)).flat()
}
