import { migrateSystemDatabase } from '@dbos-inc/dbos-sdk/internal/system_database'

const quiet = { info: () => undefined, debug: () => undefined, warn: () => undefined, error: () => undefined }

/** Brings the engine's own tables of one service up to date, as the owner of the database; the service's role may use them. */
export async function migrateEngine(ownerUrl: string, service: string): Promise<void> {
  await migrateSystemDatabase(ownerUrl, quiet as never, `${service}_workflow`, service)
}
