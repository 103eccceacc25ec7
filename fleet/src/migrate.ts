import { ConfigurationError, readSettings } from '@backroom/configuration'
import { migrate, prepareSchema } from '@backroom/database'
import { migrateEngine } from '@backroom/workflows/migrate'
import { z } from 'zod'
import { openKeys } from './keys.ts'
import { processesToRun, schemasOf } from './plan.ts'
import { dataFolder, type ProcessName, processNames } from './settings.ts'

/**
 * Brings the schemas of the given processes up to date, each with its login role.
 *
 * @returns how many schemas there are
 * @throws {ConfigurationError} naming the schema that failed and why
 */
export async function migrateFleet(ownerUrl: string, names: ProcessName[], passwordOf: (role: string) => string) {
  const schemas = schemasOf(names)
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
  return schemas.length
}

/** `node fleet/src/migrate.ts`: the migration job of a deployment, on the database that DATABASE_URL names. */
if (import.meta.main) {
  try {
    const { DATABASE_URL } = readSettings({ DATABASE_URL: z.string().min(1) })
    const keys = await openKeys(dataFolder(), [...processNames])
    const count = await migrateFleet(DATABASE_URL, processesToRun({}), keys.databasePassword)
    console.log(`${count} schemas are up to date.`)
  } catch (error) {
    console.error((error as Error).message)
    process.exitCode = 1
  }
}
