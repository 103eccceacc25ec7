import { ConfigurationError, readSettings } from '@backroom/configuration'
import { migrate, prepareSchema } from '@backroom/database'
import { migrateEngine } from '@backroom/workflows/migrate'
import pg from 'pg'
import { z } from 'zod'
import { openKeys } from './keys.ts'
import { type PlannedSchema, processesToRun, schemasOf } from './plan.ts'
import { databaseUrlIn } from './secrets.ts'
import { dataFolder, type ProcessName, processNames } from './settings.ts'

type PasswordOf = (role: string) => string

/**
 * Brings the schemas of the given processes up to date, each with its login role. Of several that begin at once, each waits
 * for the one before, and then finds nothing to do.
 *
 * @returns how many schemas there are
 * @throws {ConfigurationError} naming the schema that failed and why
 */
export async function migrateFleet(ownerUrl: string, names: ProcessName[], passwordOf: PasswordOf): Promise<number> {
  const schemas = schemasOf(names)
  const turn = new pg.Client({ connectionString: ownerUrl })
  turn.on('error', () => undefined)
  await turn.connect()
  try {
    await turn.query("select pg_advisory_lock(hashtextextended('fleet|migrate', 0))")
    await migrateSchemas(ownerUrl, schemas, passwordOf)
  } finally {
    await turn.end()
  }
  return schemas.length
}

async function migrateSchemas(ownerUrl: string, schemas: PlannedSchema[], passwordOf: PasswordOf): Promise<void> {
  // One after the other: roles and grants on `public` are shared, and Postgres refuses to change one row twice at once.
  for (const { schema } of schemas) await prepareSchema(ownerUrl, { schema, password: passwordOf(schema) })
  const explain = (schema: string) => (error: Error) => {
    throw new ConfigurationError(`The tables of ${schema} could not be brought up to date: ${error.message}`)
  }
  const ended = await Promise.allSettled(
    schemas.map(({ schema, folders }) => migrate(ownerUrl, schema, folders).catch(explain(schema))),
  )
  // Not before all have ended: the database stops with the first failure, under the hands of the others.
  for (const one of ended) if (one.status === 'rejected') throw one.reason
  // One after the other as well: the engine builds indexes in a way that waits for the transactions of the others.
  for (const { schema, workflows } of schemas) {
    if (workflows) await migrateEngine(ownerUrl, schema).catch(explain(schema))
  }
}

/**
 * `node fleet/src/migrate.ts`: the migration job of a deployment, on the database whose owner's URL is DATABASE_URL. The
 * passwords of the login roles are those in SECRETS_FOLDER, else those of this checkout.
 */
if (import.meta.main) {
  try {
    const { DATABASE_URL, SECRETS_FOLDER } = readSettings({
      DATABASE_URL: z.string().min(1),
      SECRETS_FOLDER: z.string().optional(),
    })
    const count = await migrateFleet(DATABASE_URL, processesToRun({}), await passwords(SECRETS_FOLDER))
    console.log(`${count} schemas are up to date.`)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}

async function passwords(secretsFolder: string | undefined): Promise<PasswordOf> {
  if (!secretsFolder) return (await openKeys(dataFolder(), [...processNames])).databasePassword
  return (role) => decodeURIComponent(new URL(databaseUrlIn(secretsFolder, role)).password)
}
